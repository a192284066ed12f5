"""A small job board: the application of the sample."""

import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
migrate = Migrate(app, db)


class Account(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(120), nullable=False, unique=True)
    password_hash = db.Column(db.String(255), nullable=False)
    created_at = db.Column(db.DateTime(timezone=True), server_default=db.func.now(), nullable=False)


class Job(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(160), nullable=False)
    account_id = db.Column(db.ForeignKey("account.id", ondelete="CASCADE"), nullable=False)
    salary_from = db.Column(db.Numeric(10, 2))
    salary_to = db.Column(db.Numeric(10, 2))


class Candidate(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(120), nullable=False)
    email = db.Column(db.String(120), nullable=False, index=True)
    job_id = db.Column(db.ForeignKey("job.id"), nullable=False)
    expected_wage = db.Column(db.String(120))
    notice_period = db.Column(db.String(60))
    linkedin_url = db.Column(db.String(255))
    status = db.Column(db.String(20), nullable=False, server_default="new")


class Interview(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    candidate_id = db.Column(db.ForeignKey("candidate.id"), nullable=False)
    starts_at = db.Column(db.DateTime(timezone=True), nullable=False)
    notes = db.Column(db.Text)


class Offer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    candidate_id = db.Column(db.ForeignKey("candidate.id"), nullable=False, unique=True)
    amount = db.Column(db.Numeric(10, 2), nullable=False)
    sent_at = db.Column(db.DateTime(timezone=True))

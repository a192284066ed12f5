
CREATE TABLE "user" (
	name VARCHAR NOT NULL, 
	nick VARCHAR, 
	age INTEGER NOT NULL, 
	id SERIAL NOT NULL, 
	short VARCHAR(10) NOT NULL, 
	score FLOAT NOT NULL, 
	price NUMERIC(5, 3) NOT NULL, 
	active BOOLEAN NOT NULL, 
	made TIMESTAMP WITHOUT TIME ZONE NOT NULL, 
	day DATE NOT NULL, 
	hour TIME WITHOUT TIME ZONE NOT NULL, 
	wait INTERVAL NOT NULL, 
	data BYTEA NOT NULL, 
	token UUID NOT NULL, 
	color color NOT NULL, 
	kind kind NOT NULL, 
	body TEXT NOT NULL, 
	extra JSON NOT NULL, 
	noted VARCHAR DEFAULT 'x' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (short)
)


CREATE INDEX ix_user_name ON "user" (name)

CREATE TABLE posts (
	id UUID NOT NULL, 
	title VARCHAR NOT NULL, 
	author_id INTEGER NOT NULL, 
	editor_id INTEGER, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_post UNIQUE (author_id, title), 
	FOREIGN KEY(author_id) REFERENCES "user" (id), 
	FOREIGN KEY(editor_id) REFERENCES "user" (id) ON DELETE CASCADE
)



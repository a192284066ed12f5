
CREATE TABLE users (
	id SERIAL NOT NULL, 
	big BIGINT NOT NULL, 
	name VARCHAR NOT NULL, 
	nick VARCHAR, 
	short VARCHAR(10), 
	forced VARCHAR NOT NULL, 
	loose VARCHAR, 
	active BOOLEAN NOT NULL, 
	score DOUBLE PRECISION NOT NULL, 
	price NUMERIC NOT NULL, 
	day DATE NOT NULL, 
	hour TIME WITHOUT TIME ZONE NOT NULL, 
	wait INTERVAL NOT NULL, 
	data BYTEA NOT NULL, 
	extra JSON NOT NULL, 
	token UUID NOT NULL, 
	color color NOT NULL, 
	kind kind, 
	word VARCHAR(6) NOT NULL, 
	other_name INTEGER NOT NULL, 
	code VARCHAR(30) NOT NULL, 
	other_code VARCHAR(30), 
	plain INTEGER, 
	made TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	PRIMARY KEY (id)
)


CREATE INDEX ix_users_short ON users (short)

CREATE TABLE posts (
	id SERIAL NOT NULL, 
	author_id INTEGER NOT NULL, 
	editor_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(author_id) REFERENCES users (id), 
	FOREIGN KEY(editor_id) REFERENCES users (id)
)



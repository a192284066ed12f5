CREATE TABLE animal (
	a VARCHAR, 
	id SERIAL NOT NULL, 
	kind VARCHAR(6), 
	PRIMARY KEY (id), 
	CONSTRAINT ck_animal CHECK (id > 0)
)

CREATE TABLE dog (
	bark VARCHAR, 
	id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT ck_dog CHECK (id > 0), 
	FOREIGN KEY(id) REFERENCES animal (id)
)


-- From where it was done, and of a change what stood there before and after.
ALTER TABLE events ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN before TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN after TEXT NOT NULL DEFAULT '';

-- Named groups of people: each is an audience under its own name.
CREATE TABLE groups (
  name  TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200)
) STRICT, WITHOUT ROWID;

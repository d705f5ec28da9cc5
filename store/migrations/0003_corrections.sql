-- Whether facts of the edition's document were corrected: what was made of the old ones is to go.
ALTER TABLE queue ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0 CHECK (corrected IN (0, 1));

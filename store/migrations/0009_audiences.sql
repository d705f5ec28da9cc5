-- A clause may be for fewer than its document; empty: for the same. Those that are, by edition.
ALTER TABLE clauses ADD COLUMN audience TEXT NOT NULL DEFAULT '';
CREATE INDEX clauses_narrower ON clauses (edition_id, audience) WHERE audience <> '';

-- What the official citations in texts name (corpus/link.cc), in each of the ways that they can be read: who reads may see what
-- is meant by one of them and not by another.
CREATE TABLE mentions (
  from_clause_id  INTEGER NOT NULL REFERENCES clauses (id),
  place           INTEGER NOT NULL,  -- which citation of its text
  rank            INTEGER NOT NULL,  -- of what a reader sees the least is meant
  document_id     INTEGER NOT NULL REFERENCES documents (id),  -- whose title is read
  to_clause_id    INTEGER REFERENCES clauses (id)              -- none: its title alone
) STRICT;
CREATE INDEX mentions_by_source ON mentions (from_clause_id, place, rank);
CREATE INDEX mentions_by_target ON mentions (to_clause_id) WHERE to_clause_id IS NOT NULL;

-- They stood among the citations, each in one way; they are bound anew.
DELETE FROM citations WHERE from_clause_id IN (SELECT c.id FROM clauses c JOIN editions e ON e.id = c.edition_id WHERE e.cites = 1 AND c.text LIKE '%版）%');
UPDATE editions SET linked = 0 WHERE cites = 1;

-- Each request asks what was corrected and waits.
CREATE INDEX queue_corrected ON queue (corrected) WHERE corrected = 1;

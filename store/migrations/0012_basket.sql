-- Citations that people keep for what they are writing (付箋). Editions do not change, so that the words stay what was quoted.
CREATE TABLE basket (
  owner      INTEGER NOT NULL,               -- accounts.id; 0: where nobody signs in
  number     INTEGER NOT NULL,               -- of the entry, among those of its owner
  position   INTEGER NOT NULL,
  clause_id  INTEGER NOT NULL REFERENCES clauses (id),
  quote      TEXT NOT NULL,                  -- words of the clause
  added_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (owner, number),
  UNIQUE (owner, clause_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX basket_by_clause ON basket (clause_id);

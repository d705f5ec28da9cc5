-- How well a clause answers a query, as people here judged it. A clause is meant in every edition: by
-- its document and its path there.
CREATE TABLE judgements (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  query        TEXT NOT NULL,               -- as typed
  folded       TEXT NOT NULL,               -- the same for all ways of typing it
  document_id  INTEGER NOT NULL REFERENCES documents (id),
  path         TEXT NOT NULL,
  grade        INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 3),
  judged_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  judged_by    TEXT NOT NULL DEFAULT '',
  UNIQUE (folded, document_id, path)
) STRICT;

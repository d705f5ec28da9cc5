-- What people keep for coming back to: searches, documents, and how far they have read the news. `owner` is as in `basket`.
CREATE TABLE saved_searches (
  owner         INTEGER NOT NULL,
  number        INTEGER NOT NULL,               -- of the search, among those of its owner
  name          TEXT NOT NULL,
  address       TEXT NOT NULL,                  -- the query of the page's address
  first_clause  INTEGER NOT NULL,               -- the last clause that the index held when it was saved: what is told of came after it
  shown_clause  INTEGER NOT NULL,               -- the last that it held when its owner was last told how many are new
  seen_clause   INTEGER NOT NULL,               -- what was shown when its owner last said that it was seen
  added_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (owner, number),
  UNIQUE (owner, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE favourite_documents (
  owner        INTEGER NOT NULL,
  document_id  INTEGER NOT NULL REFERENCES documents (id),
  added_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (owner, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX favourites_by_document ON favourite_documents (document_id);

CREATE TABLE news_seen (
  owner    INTEGER PRIMARY KEY,
  seen_at  TEXT NOT NULL                        -- ISO instant, UTC
) STRICT;

-- A token of feeds stands in an address, as readers of feeds send no header: it opens nothing else.
ALTER TABLE tokens ADD COLUMN feeds INTEGER NOT NULL DEFAULT 0;

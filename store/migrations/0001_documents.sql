-- Documents, their immutable editions, and the clauses these are cut into.
-- clauses.id is also the clause's document number in the search index, so ids are never reused.
CREATE TABLE files (
  sha256     TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  size       INTEGER NOT NULL CHECK (size >= 0),
  stored_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE documents (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  slug         TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 200),
  title        TEXT NOT NULL CHECK (length(title) > 0),
  short_title  TEXT NOT NULL DEFAULT '',
  kind         TEXT NOT NULL,
  issuer       TEXT NOT NULL DEFAULT '',
  audience     TEXT NOT NULL,
  topic        TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX documents_by_audience ON documents (audience, kind);
CREATE INDEX documents_by_issuer ON documents (issuer, audience);
CREATE INDEX documents_by_title ON documents (title);
CREATE INDEX documents_by_short_title ON documents (short_title);

CREATE TABLE editions (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id   INTEGER NOT NULL REFERENCES documents (id),
  key           TEXT NOT NULL,               -- in addresses: 2025-04-01, or a number
  label         TEXT NOT NULL,               -- in citations: 令和7年4月1日版
  number        TEXT NOT NULL DEFAULT '',    -- 文書番号
  issued        TEXT NOT NULL DEFAULT '',    -- 発出日, ISO
  effective     TEXT NOT NULL DEFAULT '',    -- 施行日, ISO
  begins        TEXT GENERATED ALWAYS AS (CASE effective WHEN '' THEN issued ELSE effective END) STORED,
  link          TEXT NOT NULL DEFAULT '',    -- official address of the original
  content_hash  TEXT NOT NULL,               -- SHA-256 of what was ingested
  file_sha256   TEXT REFERENCES files (sha256),  -- the original, where one is kept
  file_name     TEXT NOT NULL DEFAULT '',
  media_type    TEXT NOT NULL DEFAULT '',
  warnings      TEXT NOT NULL DEFAULT '[]',  -- JSON array of sentences
  added_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  indexed_state TEXT NOT NULL DEFAULT '',    -- current, past or future as the index has it
  cites         INTEGER NOT NULL DEFAULT 0,  -- its text names editions of other documents
  linked        INTEGER NOT NULL DEFAULT 1,  -- and these are bound in `citations`, as far as they are held
  UNIQUE (document_id, key),
  UNIQUE (document_id, label)
) STRICT;
CREATE INDEX editions_to_link ON editions (linked) WHERE linked = 0;
CREATE INDEX editions_by_hash ON editions (content_hash);

CREATE TABLE clauses (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  edition_id  INTEGER NOT NULL REFERENCES editions (id),
  position    INTEGER NOT NULL,              -- in document order, from 0
  parent      INTEGER,                       -- position of the parent
  path        TEXT NOT NULL,                 -- address in the edition: 12-2-1
  locator     TEXT NOT NULL,                 -- the same as citations print it: 第12条第2項第1号
  label       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  heading     TEXT NOT NULL,
  text        TEXT NOT NULL,
  page        INTEGER,                       -- of the original, from 1
  printed_page TEXT NOT NULL DEFAULT '',     -- what is printed on it, where that is another number
  readings    TEXT NOT NULL DEFAULT '',      -- how its words are read, where the original says so
  UNIQUE (edition_id, position),
  UNIQUE (edition_id, path),
  CHECK (parent IS NULL OR parent < position)
) STRICT;

-- A citation keeps the words it quotes: editions never change, so it cannot dangle.
CREATE TABLE citations (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  from_clause_id INTEGER NOT NULL REFERENCES clauses (id),
  to_clause_id   INTEGER NOT NULL REFERENCES clauses (id),
  quote          TEXT NOT NULL DEFAULT '',
  UNIQUE (from_clause_id, to_clause_id, quote)
) STRICT;
CREATE INDEX citations_by_target ON citations (to_clause_id);

-- Editions that the index has yet to take up. A row is written in the transaction of the change.
CREATE TABLE queue (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  edition_id  INTEGER NOT NULL REFERENCES editions (id)
) STRICT;

CREATE TABLE events (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor    TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  detail   TEXT NOT NULL DEFAULT ''
) STRICT;

-- Small facts about the data as a whole: which index folder is in use.
CREATE TABLE settings (
  name   TEXT PRIMARY KEY,
  value  TEXT NOT NULL
) STRICT;

-- Records of the ledgers (台帳) that config/ledgers describes.
CREATE TABLE records (
  id          INTEGER PRIMARY KEY,
  ledger      TEXT NOT NULL,                    -- its key
  number      TEXT NOT NULL UNIQUE,             -- R8-相談-0012
  state       TEXT NOT NULL,
  audience    TEXT NOT NULL,
  owner       TEXT NOT NULL,                    -- sign-in name of whom it is given to
  revision    INTEGER NOT NULL,                 -- counts up with each change
  fields      TEXT NOT NULL,                    -- JSON: values by field, each a list of texts
  words       TEXT NOT NULL,                    -- folded, of the fields that all who see the record see
  looked      INTEGER NOT NULL DEFAULT 0,       -- whether its citations were held against newer editions
  created_at  TEXT NOT NULL,                    -- ISO instant, UTC
  created_by  TEXT NOT NULL,
  changed_at  TEXT NOT NULL,
  changed_by  TEXT NOT NULL
) STRICT;
-- With what most lists are narrowed by, so that no record is read whole but those of a page.
CREATE INDEX records_by_ledger ON records (ledger, id, audience, state, owner);
CREATE INDEX records_by_state ON records (ledger, state, audience, id);
CREATE INDEX records_by_owner ON records (owner, ledger, id);
CREATE INDEX records_to_look_at ON records (id) WHERE looked = 0;

-- The short values of records, to find these by: choices, days, units, people, links, and the addresses of cited clauses.
CREATE TABLE record_values (
  ledger     TEXT NOT NULL,
  field      TEXT NOT NULL,
  value      TEXT NOT NULL,
  record_id  INTEGER NOT NULL REFERENCES records (id),
  refers     INTEGER NOT NULL,                  -- whether it names a record or a clause
  PRIMARY KEY (ledger, field, value, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_values_by_record ON record_values (record_id);
CREATE INDEX record_values_that_refer ON record_values (value) WHERE refers = 1;

-- The characters and the pairs of characters in `records.words`, each once.
CREATE VIRTUAL TABLE record_pairs USING fts5 (pairs, content = '', detail = 'none', tokenize = 'ascii');

-- As which ledgers the words, values and pairs were made.
CREATE TABLE ledger_shapes (
  ledger  TEXT PRIMARY KEY,
  shape   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was changed, when and by whom: rows are only added.
CREATE TABLE record_changes (
  record_id  INTEGER NOT NULL REFERENCES records (id),
  revision   INTEGER NOT NULL,                  -- that it led to
  field      TEXT NOT NULL,                     -- a field, 'state', 'owner', 'audience' or 'review'
  before     TEXT NOT NULL,                     -- JSON, a list of texts
  after      TEXT NOT NULL,
  at         TEXT NOT NULL,
  author     TEXT NOT NULL,
  PRIMARY KEY (record_id, revision, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_changes_that_move ON record_changes (at) WHERE field = 'state';
CREATE TRIGGER record_changes_stay BEFORE UPDATE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END;
CREATE TRIGGER record_changes_remain BEFORE DELETE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END;

-- The last number given, by what stands in it and fiscal year.
CREATE TABLE record_numbers (
  prefix       TEXT NOT NULL,
  fiscal_year  INTEGER NOT NULL,
  last         INTEGER NOT NULL,
  PRIMARY KEY (prefix, fiscal_year)
) STRICT, WITHOUT ROWID;

-- The documents that versions of a record became.
CREATE TABLE record_publications (
  record_id    INTEGER NOT NULL REFERENCES records (id),
  publication  TEXT NOT NULL,
  edition_id   INTEGER NOT NULL REFERENCES editions (id),
  revision     INTEGER NOT NULL,                -- of the record that it was made of
  at           TEXT NOT NULL,
  author       TEXT NOT NULL,
  PRIMARY KEY (record_id, publication, edition_id)
) STRICT, WITHOUT ROWID;

-- What a newer edition changed of a clause that a record cites, with all that stands under it: a clause before and after, either of
-- which may not be there. One that is the same (changed = 0) is kept where it is narrower than its document on either side, as it is
-- gone, or new, to those who see but one of the two.
CREATE TABLE record_reviews (
  record_id   INTEGER NOT NULL REFERENCES records (id),
  field       TEXT NOT NULL,
  clause_id   INTEGER NOT NULL REFERENCES clauses (id),   -- that is cited
  edition_id  INTEGER NOT NULL REFERENCES editions (id),  -- the newer one
  before_id   INTEGER REFERENCES clauses (id),
  after_id    INTEGER REFERENCES clauses (id),
  after_words TEXT NOT NULL,                    -- SHA-256 of what stands there now; empty where nothing does
  changed     INTEGER NOT NULL
) STRICT;
CREATE INDEX record_reviews_by_record ON record_reviews (record_id);
-- Somebody has looked at it: at these words in place of that clause, in whatever edition they stand.
CREATE TABLE record_reviews_done (
  record_id   INTEGER NOT NULL REFERENCES records (id),
  field       TEXT NOT NULL,
  clause_id   INTEGER NOT NULL REFERENCES clauses (id),
  before_id   INTEGER NOT NULL,                 -- 0: there was none
  after_words TEXT NOT NULL,
  PRIMARY KEY (record_id, field, clause_id, before_id, after_words)
) STRICT, WITHOUT ROWID;
-- The last edition whose coming the records were told of.
CREATE TABLE records_told (last_edition INTEGER NOT NULL) STRICT;
INSERT INTO records_told VALUES (0);

-- What people are writing and have not kept yet.
CREATE TABLE unsaved_records (
  owner     INTEGER NOT NULL,                   -- accounts.id; 0: where nobody signs in
  place     TEXT NOT NULL,                      -- the number of a record, or the key of a ledger for a new one
  revision  INTEGER NOT NULL,
  fields    TEXT NOT NULL,                      -- JSON, as in records
  saved_at  TEXT NOT NULL,
  PRIMARY KEY (owner, place)
) STRICT, WITHOUT ROWID;

-- Records of the ledgers (台帳) that config/ledgers describes.
CREATE TABLE records (
  id          INTEGER PRIMARY KEY,
  ledger      TEXT NOT NULL,                    -- its key
  number      TEXT NOT NULL UNIQUE,             -- R8-相談-0012
  state       TEXT NOT NULL,
  audience    TEXT NOT NULL,
  revision    INTEGER NOT NULL,                 -- counts up with each change
  fields      TEXT NOT NULL,                    -- JSON: values by field, each a list of texts
  words       TEXT NOT NULL,                    -- folded, of the fields that all who see the record see
  created_at  TEXT NOT NULL,                    -- ISO instant, UTC
  created_by  TEXT NOT NULL,
  changed_at  TEXT NOT NULL,
  changed_by  TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_ledger ON records (ledger, id);

-- What was changed, when and by whom: rows are only added.
CREATE TABLE record_changes (
  record_id  INTEGER NOT NULL REFERENCES records (id),
  revision   INTEGER NOT NULL,                  -- that it led to
  field      TEXT NOT NULL,                     -- a field, 'state' or 'audience'
  before     TEXT NOT NULL,                     -- of a field JSON, a list of texts
  after      TEXT NOT NULL,
  at         TEXT NOT NULL,
  author     TEXT NOT NULL,
  PRIMARY KEY (record_id, revision, field)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER record_changes_stay BEFORE UPDATE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END;
CREATE TRIGGER record_changes_remain BEFORE DELETE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END;

-- The last number given, by what stands in it and fiscal year.
CREATE TABLE record_numbers (
  prefix       TEXT NOT NULL,
  fiscal_year  INTEGER NOT NULL,
  last         INTEGER NOT NULL,
  PRIMARY KEY (prefix, fiscal_year)
) STRICT, WITHOUT ROWID;

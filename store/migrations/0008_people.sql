-- People who may sign in. Times are seconds since 1970, so that limits are arithmetic.
CREATE TABLE accounts (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  login          TEXT NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 64),
  name           TEXT NOT NULL,
  role           TEXT NOT NULL,
  last_day       TEXT NOT NULL DEFAULT '',      -- ISO day; empty: no end
  narrowed_to    TEXT,                          -- JSON array of slugs; NULL: not narrowed
  disabled       INTEGER NOT NULL DEFAULT 0,
  demo           INTEGER NOT NULL DEFAULT 0,
  password       TEXT NOT NULL,                 -- argon2id with salt and cost
  must_change    INTEGER NOT NULL DEFAULT 1,    -- the password, at the next sign-in
  totp_secret    TEXT NOT NULL DEFAULT '',      -- base32; empty: no second step
  created_at     INTEGER NOT NULL DEFAULT (unixepoch()),
  last_seen_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE account_groups (
  account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name        TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_groups_by_name ON account_groups (name);

-- Steps of time whose code was taken, as long as it could be taken again.
CREATE TABLE used_codes (
  account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  step        INTEGER NOT NULL,
  PRIMARY KEY (account_id, step)
) STRICT, WITHOUT ROWID;

-- Of tokens only the SHA-256 is kept.
CREATE TABLE sessions (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id       INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_sha256     TEXT NOT NULL UNIQUE,
  csrf             TEXT NOT NULL,
  address          TEXT NOT NULL,
  agent            TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  seen_at          INTEGER NOT NULL,
  second_step_due  INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE tokens (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_sha256  TEXT NOT NULL UNIQUE,
  label         TEXT NOT NULL,
  tasks         TEXT NOT NULL,                  -- JSON array of keys
  last_day      TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  seen_at       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tokens_by_account ON tokens (account_id);

-- Wrong attempts to sign in, by account and by address (`of` is a SHA-256: what was typed as a sign-in
-- name may be a password).
CREATE TABLE attempts (
  of       TEXT PRIMARY KEY,
  wrong    INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  told     INTEGER NOT NULL DEFAULT 0           -- that there is a wait stands among the events
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_weight ON attempts (wrong, last_at);

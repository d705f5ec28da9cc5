-- What is known of the places that are watched (config/sources.toml), by their names there.
CREATE TABLE sources (
  name        TEXT PRIMARY KEY CHECK (length(name) > 0),
  checked_at  TEXT NOT NULL DEFAULT '',    -- when a round last ended
  changed_at  TEXT NOT NULL DEFAULT '',    -- when something new or changed was last handed on
  error       TEXT NOT NULL DEFAULT '',    -- of the last round, for people; empty: all went well
  rests_until TEXT NOT NULL DEFAULT '',    -- the server asked not to be asked before
  address     TEXT NOT NULL DEFAULT '',    -- of the list that the following two belong to
  etag        TEXT NOT NULL DEFAULT '',    -- of a list of which nothing is left to be taken
  modified    TEXT NOT NULL DEFAULT ''
) STRICT;

-- What was handed on from each. A hash is written after what it tells of was taken.
CREATE TABLE source_items (
  source    TEXT NOT NULL REFERENCES sources (name),
  address   TEXT NOT NULL,                 -- or path in the folder
  etag      TEXT NOT NULL DEFAULT '',
  modified  TEXT NOT NULL DEFAULT '',
  updated   TEXT NOT NULL DEFAULT '',      -- as the feed says
  sha256    TEXT NOT NULL DEFAULT '' CHECK (length(sha256) IN (0, 64)),  -- empty: asked for, never got
  title     TEXT NOT NULL DEFAULT '',
  seen_at   TEXT NOT NULL,                 -- when it was last asked for
  PRIMARY KEY (source, address)
) STRICT, WITHOUT ROWID;

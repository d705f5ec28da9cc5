-- Editions that are being prepared (取込): a file that was handed in, what was read of it, and what a person
-- corrected. Nothing of them is searched or cited before they are published.
CREATE TABLE drafts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'publishing', 'failed', 'published')),
  source       TEXT NOT NULL,                -- where the file came from, for people
  file_name    TEXT NOT NULL,
  file_sha256  TEXT NOT NULL REFERENCES files (sha256),
  media_type   TEXT NOT NULL DEFAULT '',
  pages        INTEGER NOT NULL DEFAULT 0,
  within_id    INTEGER REFERENCES drafts (id) ON DELETE SET NULL,  -- the draft of the mail that it is attached to
  depth        INTEGER NOT NULL DEFAULT 0,   -- so many files it stood in
  facts        TEXT NOT NULL DEFAULT '{}',   -- JSON: as they will be published
  said         TEXT NOT NULL DEFAULT '{}',   -- JSON: those that a person or a source gave
  warnings     TEXT NOT NULL DEFAULT '[]',   -- JSON array of sentences
  reason       TEXT NOT NULL DEFAULT '',     -- of a failure
  hint         TEXT NOT NULL DEFAULT '',
  extracted    TEXT NOT NULL DEFAULT '[]',   -- JSON: the clauses as cut
  clauses      TEXT NOT NULL DEFAULT '[]',   -- JSON: the same, corrected
  corrections  TEXT NOT NULL DEFAULT '[]',   -- JSON: in their order
  revision     INTEGER NOT NULL DEFAULT 0,   -- counts changes, so that two people do not undo each other
  edition_id   INTEGER REFERENCES editions (id),  -- once published
  created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  changed_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;
CREATE INDEX drafts_by_state ON drafts (state, id);
CREATE INDEX drafts_by_file ON drafts (file_sha256);
CREATE INDEX drafts_by_within ON drafts (within_id);

-- The smallest hashes of an edition's text (corpus/sketch.h), by which one nearly like it is known.
CREATE TABLE sketches (
  print       INTEGER NOT NULL,
  edition_id  INTEGER NOT NULL REFERENCES editions (id),
  PRIMARY KEY (print, edition_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX editions_by_file ON editions (file_sha256) WHERE file_sha256 IS NOT NULL;
CREATE INDEX sketches_by_edition ON sketches (edition_id);

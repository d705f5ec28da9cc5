-- Clauses in plain language (やさしい解説), written by people here.
CREATE TABLE notes (
  clause_id   INTEGER PRIMARY KEY REFERENCES clauses (id),
  text        TEXT NOT NULL,
  revision    INTEGER NOT NULL,                 -- counts up with each change, so that two who write at once are told
  author      TEXT NOT NULL,                    -- sign-in name of who wrote it last
  changed_at  TEXT NOT NULL                     -- ISO instant, UTC
) STRICT;

-- Terms that clauses define for themselves, for the glossary (用語集).
CREATE TABLE definitions (
  clause_id    INTEGER NOT NULL REFERENCES clauses (id),
  position     INTEGER NOT NULL,
  term         TEXT NOT NULL,
  explanation  TEXT NOT NULL,                   -- what it stands for, or the words that explain it, as far as they can be told
  PRIMARY KEY (clause_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX definitions_by_term ON definitions (term);

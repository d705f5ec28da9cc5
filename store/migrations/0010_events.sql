-- Who did what, as a chain (store/event_log.h): each row holds the hash before it. What stood here was written by versions that
-- nobody has installed, without a hash, and could not be vouched for.
DROP TABLE events;
CREATE TABLE events (
  id       INTEGER PRIMARY KEY,  -- 1, 2, 3, without a gap
  at       TEXT NOT NULL,        -- UTC, never before the row above
  action   TEXT NOT NULL,
  kept     INTEGER NOT NULL DEFAULT 1 CHECK (kept IN (0, 1)),  -- 0: what follows up to salt was removed by a rule
  clock    TEXT NOT NULL DEFAULT '',  -- what the clock said, where it stood before the row above
  actor    TEXT NOT NULL DEFAULT '',
  address  TEXT NOT NULL DEFAULT '',
  subject  TEXT NOT NULL DEFAULT '',
  detail   TEXT NOT NULL DEFAULT '',
  before   TEXT NOT NULL DEFAULT '',
  after    TEXT NOT NULL DEFAULT '',
  salt     TEXT NOT NULL DEFAULT '',
  content  TEXT NOT NULL,        -- SHA-256 of clock to salt
  hash     TEXT NOT NULL         -- SHA-256 of the hash above, id, at, action and content
) STRICT;
CREATE INDEX events_by_action ON events (action, at);
CREATE INDEX events_by_time ON events (at);

-- Where the chain ends, and after what it begins since rows were removed by rule.
CREATE TABLE event_chain (
  one              INTEGER PRIMARY KEY CHECK (one = 1),
  last_id          INTEGER NOT NULL,
  last_hash        TEXT NOT NULL,
  last_at          TEXT NOT NULL,
  checkpoint_id    INTEGER NOT NULL DEFAULT 0,
  checkpoint_hash  TEXT NOT NULL,
  retaining        INTEGER NOT NULL DEFAULT 0  -- 1 within the one transaction that removes by rule
) STRICT;
INSERT INTO event_chain (one, last_id, last_hash, last_at, checkpoint_hash) VALUES
  (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', '',
   '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER events_in_order BEFORE INSERT ON events
WHEN NEW.id IS NOT (SELECT last_id + 1 FROM event_chain)
BEGIN SELECT RAISE(ABORT, 'events are only appended'); END;

CREATE TRIGGER events_move_the_end AFTER INSERT ON events
BEGIN UPDATE event_chain SET last_id = NEW.id, last_hash = NEW.hash, last_at = NEW.at; END;

CREATE TRIGGER events_do_not_change BEFORE UPDATE ON events
WHEN NOT (SELECT retaining FROM event_chain) OR NEW.kept <> 0 OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action
     OR NEW.content <> OLD.content OR NEW.hash <> OLD.hash
BEGIN SELECT RAISE(ABORT, 'events do not change'); END;

CREATE TRIGGER events_do_not_go BEFORE DELETE ON events
WHEN NOT (SELECT retaining FROM event_chain) OR OLD.id > (SELECT checkpoint_id FROM event_chain)
BEGIN SELECT RAISE(ABORT, 'events are not deleted'); END;

CREATE TRIGGER event_chain_stays BEFORE DELETE ON event_chain
BEGIN SELECT RAISE(ABORT, 'the end of the chain stays'); END;

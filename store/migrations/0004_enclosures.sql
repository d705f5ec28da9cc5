-- What came with an edition: the attachments of a mail are documents of their own.
CREATE TABLE enclosures (
  edition_id           INTEGER NOT NULL REFERENCES editions (id),
  enclosed_edition_id  INTEGER NOT NULL REFERENCES editions (id),
  position             INTEGER NOT NULL,
  PRIMARY KEY (edition_id, enclosed_edition_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enclosures_by_enclosed ON enclosures (enclosed_edition_id);

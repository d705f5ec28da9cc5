-- The day by which an edition is listed as news, and what the lists are narrowed by.
ALTER TABLE editions ADD COLUMN day TEXT GENERATED ALWAYS AS (CASE WHEN issued <> '' THEN issued WHEN effective <> '' THEN effective ELSE substr(added_at, 1, 10) END) VIRTUAL;
CREATE INDEX editions_by_day ON editions (day DESC, id DESC);
CREATE INDEX editions_by_begin ON editions (begins);
CREATE INDEX documents_by_topic ON documents (topic, audience);

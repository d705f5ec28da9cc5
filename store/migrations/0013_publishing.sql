-- A draft is published in one transaction now: nothing is under way between two. What an interruption left so is there to be
-- published again, which tells of an edition that was made.
UPDATE drafts SET state = 'ready' WHERE state = 'publishing';

-- A delivery is written three times within a second: decided on, being called, taken. Where its page has room the second
-- stays beside the first and touches no index; on a full page it costs five times as much. The schema's own language has
-- no word for it.
ALTER TABLE "deliveries" SET (fillfactor = 50);

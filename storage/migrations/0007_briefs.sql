-- What a report needs of a rotation that has ended: body without its steps.
-- Null while it runs, and in what was written before.
alter table rotations add column brief text;

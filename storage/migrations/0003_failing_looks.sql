-- Since when looks at something have shown nothing.
alter table sightings add column failing_at bigint;

-- Rotations that have ended are looked at for their debts.
drop index rotations_due;
create index rotations_due on rotations (due_at) where due_at is not null;

-- How many credentials of a rotation are still not proven dead.
alter table rotations add column debts bigint not null default 0;
create index rotations_owing on rotations (id) where debts > 0;

-- What a provider showed of something, and when. body is JSON; failed says why
-- the last look showed nothing, and is empty if it did.
create table sightings (
    about text not null,
    kind text not null,
    body text not null,
    seen_at bigint,
    looked_at bigint not null,
    failed text not null,
    primary key (about, kind)
);

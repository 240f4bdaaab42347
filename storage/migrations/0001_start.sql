-- Runs on SQLite and PostgreSQL alike. Every instant is a bigint of Unix
-- nanoseconds in UTC, null where there is none.

-- The numbers that people say: "rotation 42". A number is never used again.
create table counters (
    name text primary key,
    n bigint not null
);
insert into counters (name, n) values ('rotation', 0);

-- One row a rotation. body is the whole of it as JSON; the other columns are
-- what is searched for.
create table rotations (
    id bigint primary key,
    secret text not null,
    state text not null,
    version bigint not null,
    turn bigint not null,
    due_at bigint,
    fence bigint not null,
    body text not null
);
create unique index rotations_one_running on rotations (secret) where state = 'running';
create index rotations_due on rotations (due_at) where state = 'running';
create index rotations_secret on rotations (secret, id);

-- The audit log. hash covers every column but answered_at, and the hash of the
-- line before.
create table events (
    seq bigint primary key,
    rotation bigint not null,
    secret text not null,
    at bigint not null,
    by text not null,
    kind text not null,
    step text not null,
    text text not null,
    reply_to text,
    reply_channel text,
    reply_text text,
    answered_at bigint,
    prev_hash text not null,
    hash text not null
);
create index events_rotation on events (rotation, seq);
create index events_owed on events (seq) where reply_to is not null and answered_at is null;

-- The last line of the log.
create table head (
    id bigint primary key check (id = 1),
    seq bigint not null,
    hash text not null
);
insert into head (id, seq, hash) values (1, 0, '');

-- The message in Slack that shows a rotation.
create table cards (
    rotation bigint primary key references rotations (id),
    channel text not null,
    ts text not null,
    shown bigint not null,
    told bigint not null,
    posting text not null,
    posting_at bigint
);
create index cards_message on cards (channel, ts);

-- Methods that Slack asked us not to call before an instant.
create table holds (
    method text primary key,
    until bigint not null
);

-- Envelopes that came in already.
create table envelopes (
    id text primary key,
    at bigint not null
);
create index envelopes_at on envelopes (at);

-- The process that owns the database: fence counts the starts, writes names
-- the last transaction that it committed.
create table process (
    id bigint primary key check (id = 1),
    fence bigint not null,
    started_at bigint not null,
    writes bigint not null
);
insert into process (id, fence, started_at, writes) values (1, 0, 0, 0);

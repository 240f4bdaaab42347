-- Messages that are posted by themselves, each exactly once. key names one:
-- "digest:2026-W48"; series is what stands before the colon. posting is the
-- block_id of a post that was sent and not confirmed.
create table bulletins (
    key text primary key,
    series text not null,
    due_at bigint not null,
    channel text not null,
    ts text not null,
    posted_at bigint,
    posting text not null,
    posting_at bigint
);
create index bulletins_series on bulletins (series, due_at);
create index bulletins_posting on bulletins (due_at) where posting <> '';
insert into bulletins (key, series, due_at, channel, ts, posted_at, posting, posting_at)
    select 'digest:' || week, 'digest', due_at, channel, ts, posted_at, posting, posting_at from digests;
drop table digests;

-- What a bulletin tells people about a secret and a due date: the rung of the
-- ladder, in days before that date. It counts once the bulletin is posted.
create table told (
    bulletin text not null references bulletins (key),
    secret text not null,
    due_on text not null,
    rung bigint not null,
    primary key (bulletin, secret)
);

-- Until when nobody is reminded of a secret, who wanted it so, and why: the
-- latest of each secret. It holds for the due date that it was made for.
create table snoozes (
    secret text primary key,
    due_on text not null,
    until_at bigint not null,
    by text not null,
    reason text not null,
    at bigint not null
);

-- The weekly message that says what is due: one row a week. posting is the
-- block_id of a post that was sent and not confirmed.
create table digests (
    week text primary key,
    due_at bigint not null,
    channel text not null,
    ts text not null,
    posted_at bigint,
    posting text not null,
    posting_at bigint
);

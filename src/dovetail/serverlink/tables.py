"""The tables of samples in PostgreSQL, and what each version of their form has brought."""

from __future__ import annotations

from typing import Final

VERSION: Final = 6
TABLES: Final = """
create table chunk (id bigint not null default nextval('chunk_id'), tag bigint not null, kind smallint not null,
    t0 bigint not null, t1 bigint not null, n integer not null, n_good integer not null, first float8, last float8,
    min float8, max float8, sum float8, tw float8, covered_us bigint not null, good_us bigint not null,
    end_value bytea not null, end_status bigint not null, end_device bigint not null, rev integer not null,
    codec smallint not null, body bytea not null, primary key (id, t0)) partition by range (t0);
create index chunk_at on chunk (tag, t0, t1, kind, n);
create table head (head_id bigint primary key, n integer not null, body bytea not null);
create table received (source text, lane text, epoch bigint, spans text not null, primary key (source, lane, epoch));
create table source (source text primary key, epoch bigint not null);
create table delivery (source text, lane text, expected bigint not null, stored bigint not null,
    duplicate bigint not null, refused bigint not null, gap bigint not null, frames bigint not null,
    repeated bigint not null, primary key (source, lane));
create table consumer (name text primary key, head_id bigint not null);
create table mark (name text primary key, head_id bigint not null);
insert into mark values ('sealed', 0), ('released', 0);
create table sealed (month integer primary key, head_id bigint not null);
create table duplicate (month integer, source text, lane text, n bigint not null, primary key (month, source, lane));
create table user_version (version integer not null);
create table writer (token text not null);
"""
ROLLUP: Final = """
create sequence rollup_id;
create table rollup (id bigint not null default nextval('rollup_id'), tag bigint not null, unit integer not null,
    day integer not null, upto bigint not null, dirty smallint not null, body bytea not null,
    primary key (id, day)) partition by range (day);
create unique index rollup_at on rollup (tag, unit, day);
create index rollup_upto on rollup (upto);
create index rollup_dirty on rollup (tag) where dirty = 1;
alter table rollup alter body set storage external;
"""
MOMENTS: Final = """
alter table chunk add column moments bigint;
create index chunk_moments on chunk (moments) where moments is not null;
"""
CHECKED: Final = """
alter table chunk add column checked bigint;
alter table rollup add column checked bigint default 0;
"""
TOLD: Final = """
alter table head add column told bytea;
create table head_aside (head_id bigint not null, n integer not null, body bytea not null, told bytea);
"""
ASIDE: Final = """(id bigint not null, tag bigint not null, kind smallint not null, t0 bigint not null,
    t1 bigint not null, n integer not null, rev integer not null, at_us bigint not null, why text not null,
    body bytea not null, times bytea)"""
PACKED: Final = "alter table head alter body set storage external; alter table chunk alter body set storage external;"

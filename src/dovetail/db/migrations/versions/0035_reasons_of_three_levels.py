"""The view of reasons for reports tells those of the third level, too."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# of each reason the version that is valid now, as known now; one that has ended has no body
NEWEST = """(
    select key, body from (
      select key, body, row_number() over (partition by key order by valid_from_us desc, id desc) as place
      from reason where known_to is null and valid_from_us <= {now_us}
    ) newest where place = 1 and body is not null
  )"""
POSTGRESQL = """
create or replace view bi_reason with (security_barrier) as
  select r.key as reason, (body->>'name') as name, null as reason_group, (body->>'category') as category
  from {newest} r
  union all
  select r.key || '/' || c.key as reason, (c.value->>'name') as name, r.key as reason_group,
    (c.value->>'category') as category
  from {newest} r cross join jsonb_each(r.body->'children') as c(key, value)
  union all
  select r.key || '/' || c.key || '/' || d.key as reason, (d.value->>'name') as name,
    r.key || '/' || c.key as reason_group, (d.value->>'category') as category
  from {newest} r cross join jsonb_each(r.body->'children') as c(key, value)
    cross join jsonb_each(c.value->'children') as d(key, value)
"""
SQLITE = """
create view bi_reason as
  select r.key as reason, json_extract(body, '$.name') as name, null as reason_group,
    json_extract(body, '$.category') as category
  from {newest} r
  union all
  select r.key || '/' || c.key as reason, json_extract(c.value, '$.name') as name, r.key as reason_group,
    json_extract(c.value, '$.category') as category
  from {newest} r cross join json_each(r.body, '$.children') as c
  union all
  select r.key || '/' || c.key || '/' || d.key as reason, json_extract(d.value, '$.name') as name,
    r.key || '/' || c.key as reason_group, json_extract(d.value, '$.category') as category
  from {newest} r cross join json_each(r.body, '$.children') as c cross join json_each(c.value, '$.children') as d
"""
NOW_US = {
    "postgresql": "(extract(epoch from now()) * 1000000)::bigint",
    "sqlite": "cast(strftime('%s', 'now') as integer) * 1000000",
}


def upgrade() -> None:
    name = op.get_bind().dialect.name
    newest = NEWEST.format(now_us=NOW_US[name])
    if name == "postgresql":
        op.execute(POSTGRESQL.format(newest=newest))
        return
    op.execute("drop view bi_reason")
    op.execute(SQLITE.format(newest=newest))

"""Views for tools that read SQL (Grafana, Power BI): the ledger, its sums and what they are of, by names that stay.

Version 1. A later step that changes a table or a view drops the views it stands under first, and makes them anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

# What the two databases say differently.
POSTGRESQL = {
    "view": "create view {name} with (security_barrier) as {query}",
    "at": "(timestamptz 'epoch' + ({us}) * interval '1 microsecond')",
    "now_us": "(extract(epoch from now()) * 1000000)::bigint",
    "seconds": "(({us}) / 1000000.0)::double precision",
    "float": "({value})::double precision",
    "text": "(body->>'{key}')",
    "children": "jsonb_each(r.body->'children') as c(key, value)",
    "child": "(c.value->>'{key}')",
    "tags": "jsonb_each_text(v.body->'tag_ids') as t(key, value)",
    "tag": "(v.body->'tags'->t.key->>'{key}')",
    "number": "t.value::bigint",
    # whoever may write who reads sees everything; others see below the paths they were given
    "seen": (
        "(has_table_privilege(current_user, 'bi_reader'::regclass, 'INSERT') or exists (select 1 from bi_reader r"
        " where r.role_name = current_user and (r.path = '' or e.path = r.path"
        " or left(e.path, length(r.path) + 1) = r.path || '/')))"
    ),
}
SQLITE = {
    "view": "create view {name} as {query}",
    "at": "strftime('%Y-%m-%dT%H:%M:%fZ', ({us}) / 1000000.0, 'unixepoch')",
    "now_us": "cast(strftime('%s', 'now') as integer) * 1000000",
    "seconds": "(({us}) / 1000000.0)",
    "float": "cast({value} as real)",
    "text": "json_extract(body, '$.{key}')",
    "children": "json_each(r.body, '$.children') as c",
    "child": "json_extract(c.value, '$.{key}')",
    "tags": "json_each(v.body, '$.tag_ids') as t",
    "tag": "json_extract(v.body, '$.tags.\"' || t.key || '\".{key}')",
    "number": "t.value",
    "seen": "1 = 1",  # whoever opens the file sees it all
}

# Of each key the version that is valid now, as known now; one that has ended has no body.
NEWEST = """
  select key, body from (
    select key, body, row_number() over (partition by key order by valid_from_us desc, id desc) as place
    from {table} where known_to is null and valid_from_us <= {now_us}
  ) newest where place = 1 and body is not null
"""
# Sums over the rollup of the ledger, and the ratios of them (ISO 22400-2, `no_data: observed`).
SUMS = (
    "elapsed_us", "not_planned_us", "planned_down_us", "apt_us", "aust_us", "adet_us", "adot_us", "nodt_us",
    "external_us", "apt_rated_us", "ideal_ns", "good", "scrap", "rework", "infeed", "good_observed", "scrap_observed",
    "rework_observed",
)  # fmt: skip
HELD = "(apt_us + aust_us + adet_us + adot_us)"
PBT = "(apt_us + aust_us + adet_us + adot_us + nodt_us)"
PQ = "(good_observed + scrap_observed + rework_observed)"
AVAILABILITY = "{float:apt_us} / nullif(" + HELD + ", 0)"
# where no good piece was counted it is not known whether there is a counter of them at all: no figure, rather than zero
EFFECTIVENESS = "case when good_observed > 0 then {float:ideal_ns} / nullif(1000 * apt_rated_us, 0) end"
QUALITY = "case when good_observed > 0 then {float:good_observed} / nullif(" + PQ + ", 0) end"
OEE = f"({AVAILABILITY}) * ({EFFECTIVENESS}) * ({QUALITY})"
FIGURES = f"""
  {{seconds:elapsed_us}} as elapsed_s, {{seconds:not_planned_us}} as not_planned_s,
  {{seconds:planned_down_us}} as planned_down_s, {{seconds:{PBT}}} as pbt_s, {{seconds:apt_us}} as apt_s,
  {{seconds:aust_us}} as aust_s, {{seconds:adet_us}} as adet_s, {{seconds:adot_us}} as adot_s,
  {{seconds:nodt_us}} as nodt_s, {{seconds:external_us}} as external_s, {{seconds:apt_rated_us}} as apt_rated_s,
  {{float:ideal_ns}} / 1000000000 as ideal_s, good, scrap, rework, infeed, good_observed, scrap_observed,
  rework_observed, {AVAILABILITY} as availability, {EFFECTIVENESS} as effectiveness, {QUALITY} as quality_ratio,
  {OEE} as oee_index, {{float:apt_us + aust_us}} / nullif({HELD}, 0) * ({EFFECTIVENESS}) * ({QUALITY}) as nee_index,
  {OEE} * {PBT} / nullif(elapsed_us, 0) as teep, {{float:{HELD}}} / nullif({PBT}, 0) as coverage
"""
STANDS = "(state not in ('NO_DATA', 'UNKNOWN', 'Undefined'))"
PRODUCES = "(state in ('Execute', 'RUN') and mode not in ('Setup', 'Maintenance', 'Manual'))"


def _sums() -> str:
    return ", ".join(f"cast(sum(r.{name}) as bigint) as {name}" for name in SUMS)


def _rolled(keys: str, joins: str = "") -> str:
    """The rollup grouped by these keys of it, as an inner query whose columns FIGURES reads."""
    named = [key.strip() for key in keys.split(",")]
    chosen = ", ".join(f"nullif(r.{name}, '') as {name}" if name != "day" else "r.day as day" for name in named)
    grouped = ", ".join(f"r.{name}" for name in named)
    return (
        f"select r.equipment_id, {chosen}, min(r.bucket_from_us) as from_us, max(r.bucket_to_us) as to_us, {_sums()}"
        f" from rollup_job r{joins} group by r.equipment_id, {grouped}"
    )


def _islands(columns: str, where: str) -> str:
    """Slices that follow each other without a gap and say the same, as one: where the chain breaks, a new one begins."""
    same = " or ".join(f"{name} is distinct from lag({name}) over w" for name in columns.split(", "))
    return f"""
  select equipment_id, equipment, {columns}, island, min(from_us) as from_us, max(to_us) as to_us
  from (
    select s.*, sum(breaks) over (partition by equipment_id order by from_us) as island from (
      select b.*, case when to_before is null or to_before <> from_us or ({same}) then 1 else 0 end as breaks from (
        select x.*, lag(to_us) over (partition by equipment_id order by from_us) as to_before
        from bi_slice x where {where}
      ) b window w as (partition by equipment_id order by from_us)
    ) s
  ) i group by equipment_id, equipment, {columns}, island
"""


VIEWS = {
    "bi_version": "select 1 as version",
    "bi_equipment": """
  select e.id as equipment_id, e.path as equipment, coalesce({text:name}, e.path) as name, {text:level} as level,
    {text:class} as equipment_class, {text:timezone} as timezone, v.key is not null as in_plant
  from equipment_identity e left join ({newest:equipment_version}) v on v.key = e.path
  where {seen}
""",
    "bi_tag": """
  select {number} as tag_id, e.equipment || '.' || t.key as tag, t.key as property, e.equipment_id, e.equipment,
    {tag:kind} as kind, {tag:unit} as unit, {tag:connection} as connection, {tag:address} as address
  from ({newest:equipment_version}) v cross join {tags} join bi_equipment e on e.equipment = v.key
""",
    "bi_reason": """
  select r.key as reason, {text:name} as name, null as reason_group, {text:category} as category
  from ({newest:reason}) r
  union all
  select r.key || '/' || c.key as reason, {child:name} as name, r.key as reason_group, {child:category} as category
  from ({newest:reason}) r cross join {children}
""",
    "bi_product": "select v.key as product, coalesce({text:name}, v.key) as name from ({newest:material_definition}) v",
    "bi_slice": """
  select s.id as slice_id, s.equipment_id, e.equipment, {at:s.t0_us} as from_at, {at:s.t1_us} as to_at,
    s.t0_us as from_us, s.t1_us as to_us, {seconds:s.t1_us - s.t0_us} as duration_s, s.state, s.mode, s.reason,
    s.external, s.cls as time_class, s.plan, s.unplanned, s.day as production_day, s.shift_id, s.shift_name as shift,
    s.crew, s.product, s.jobs, s.job_response_id, s.rate_upm as standard_rate_upm, s.good, s.scrap, s.rework, s.infeed
  from slice s join bi_equipment e on e.equipment_id = s.equipment_id where s.known_to is null
""",
    "bi_settled": """
  select equipment_id, equipment, {at:max(to_us)} as settled_at, max(to_us) as settled_us
  from bi_slice group by equipment_id, equipment
""",
    "bi_state": "select equipment_id, equipment, {at:from_us} as from_at, {at:to_us} as to_at, from_us, to_us,"
    " {seconds:to_us - from_us} as duration_s, state, mode, reason, external from ("
    + _islands("state, mode, reason, external", "1 = 1")
    + ") k",
    "bi_stop": "select equipment_id, equipment, {at:from_us} as from_at, {at:to_us} as to_at, from_us, to_us,"
    " {seconds:to_us - from_us} as duration_s, reason, planned from ("
    + _islands("reason, planned", "1 = 1").replace(
        "from bi_slice x where 1 = 1",
        f"from (select y.*, y.plan <> 'BUSY' as planned from bi_slice y where {STANDS} and not {PRODUCES}) x",
    )
    + ") k",
    "bi_count": " union all ".join(
        f"select s.slice_id, s.equipment_id, s.equipment, s.from_at, s.to_at, s.from_us, s.to_us, '{kind}' as kind,"
        f" s.{kind} as quantity, s.production_day, s.shift_id, s.shift, s.product, s.job_response_id"
        f" from bi_slice s where s.{kind} <> 0"
        for kind in ("good", "scrap", "rework", "infeed")
    ),
    "bi_job": """
  select j.id as job_response_id, j.run_id, j.equipment_id, e.equipment, j.job_order, j.product, j.lot,
    {at:j.t0_us} as from_at, {at:j.t1_us} as to_at, j.t0_us as from_us, j.t1_us as to_us, j.standard_rate_upm, j.crew,
    coalesce(m.good, 0) as good, coalesce(m.scrap, 0) as scrap, coalesce(m.rework, 0) as rework
  from job_response j join bi_equipment e on e.equipment_id = j.equipment_id
  left join (
    select equipment_id, job_response_id, cast(sum(good) as bigint) as good, cast(sum(scrap) as bigint) as scrap,
      cast(sum(rework) as bigint) as rework
    from rollup_job group by equipment_id, job_response_id
  ) m on m.equipment_id = j.equipment_id and m.job_response_id = j.id
  where j.known_to is null
""",
    "bi_shift": """
  select e.equipment_id, e.equipment, r.day as production_day, r.shift_id, r.shift_name as shift,
    {at:min(r.bucket_from_us)} as from_at, {at:max(r.bucket_to_us)} as to_at, min(r.bucket_from_us) as from_us,
    max(r.bucket_to_us) as to_us
  from rollup_job r join bi_equipment e on e.equipment_id = r.equipment_id where r.shift_id <> ''
  group by e.equipment_id, e.equipment, r.day, r.shift_id, r.shift_name
""",
    "bi_oee": "select e.equipment_id, e.equipment, day as production_day, shift_id, shift_name as shift, crew, product,"
    " job_response_id, {at:from_us} as from_at, {at:to_us} as to_at, from_us, to_us, "
    + FIGURES
    + f" from ({_rolled('day, shift_id, shift_name, crew, product, job_response_id')}) s"
    " join bi_equipment e on e.equipment_id = s.equipment_id",
    "bi_oee_shift": "select e.equipment_id, e.equipment, day as production_day, shift_id, shift_name as shift,"
    " {at:from_us} as from_at, {at:to_us} as to_at, from_us, to_us, "
    + FIGURES
    + f" from ({_rolled('day, shift_id, shift_name')}) s join bi_equipment e on e.equipment_id = s.equipment_id",
    "bi_oee_day": "select e.equipment_id, e.equipment, day as production_day, {at:from_us} as from_at,"
    " {at:to_us} as to_at, from_us, to_us, "
    + FIGURES
    + f" from ({_rolled('day')}) s join bi_equipment e on e.equipment_id = s.equipment_id",
    "bi_loss": """
  select e.equipment_id, e.equipment, r.day as production_day, nullif(r.shift_id, '') as shift_id,
    nullif(r.shift_name, '') as shift, nullif(r.product, '') as product, r.cls as time_class,
    nullif(r.reason, '') as reason, n.name as reason_name, n.category, {at:r.bucket_from_us} as from_at,
    {at:r.bucket_to_us} as to_at, r.bucket_from_us as from_us, r.bucket_to_us as to_us, r.slices,
    {seconds:r.elapsed_us} as duration_s, r.good, r.scrap, r.rework
  from rollup_reason r join bi_equipment e on e.equipment_id = r.equipment_id
  left join bi_reason n on n.reason = r.reason
""",
}


def said(query: str, words: dict[str, str]) -> str:
    """A query in the words of one database: `{word}`, or `{word:what it is said of}`."""
    while (end := query.find("}")) >= 0:
        start = query.rfind("{", 0, end)
        word, _, given = query[start + 1 : end].partition(":")
        new = NEWEST.format(table=given, now_us=words["now_us"]) if word == "newest" else words[word]
        for place in ("us", "value", "key"):
            new = new.replace("{" + place + "}", given)
        query = query[:start] + new + query[end + 1 :]
    return query


def upgrade() -> None:
    op.create_table(
        "bi_reader",
        sa.Column("role_name", sa.String(length=63), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("role_name", "path", name=op.f("pk_bi_reader")),
    )
    words = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for name, query in VIEWS.items():
        statement = words["view"].format(name=name, query=said(query, words))
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if words is POSTGRESQL else statement)

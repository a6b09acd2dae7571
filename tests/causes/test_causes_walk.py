"""From PLC samples to a cause: the whole installation names the unit and the reason that the simulator knows."""

from __future__ import annotations

from pathlib import Path

from culprits import Culprits
from ground_truth_world import EVERYTHING, PATHS, REASONS, START_US, installation

from dovetail.sim.packml import Reason

RIGHT_AT_LEAST = 0.99


def test_the_causes_of_a_line_that_was_read_over_its_tags_are_the_truth(tmp_path: Path) -> None:
    with installation(tmp_path, hours=12) as plant:
        truth: list[Culprits] = []
        life = plant.live(4, watched=lambda line: truth.append(Culprits(line)))
        plant.record_jobs(life.jobs)
        plant.store(life.frames)
        line_id = plant.rooms.equipment.plant().by_path(PATHS["filler"].rpartition("/")[0]).id
        found = plant.rooms.causes.found(line_id, START_US, life.until_us, scope=EVERYTHING)
        names = {number: unit for unit, number in plant.ids.items()}
        right_us = 0
        for piece, _ in found.pieces:
            said = (names[piece.cause.unit], piece.cause.reason)
            for t0_us, t1_us, culprit in truth[0].over("filler", piece.t0_us, piece.t1_us):
                unit, why = culprit or ("nobody", Reason.NONE)
                true = (unit, REASONS[why] if isinstance(why, Reason) else None)
                right_us += (t1_us - t0_us) * (said == true)
        assert sum(piece.lasts_us for piece, _ in found.pieces) == found.lost_us > 0
        assert right_us >= RIGHT_AT_LEAST * found.lost_us
        units = {one.cause.unit for one, _ in found.pieces}
        assert units > {plant.ids["filler"]}  # others, too, held the constraint up

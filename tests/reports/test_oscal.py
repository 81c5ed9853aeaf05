"""Our OSCAL documents: valid for NIST's models, the same bytes each time, and nothing lost on the way out and back."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from trestle.oscal.assessment_results import Model as ResultsModel
from trestle.oscal.catalog import Model as CatalogModel
from trestle.oscal.poam import Model as PlanModel

from assessments.planning.ordering import rank
from assessments.planning.schedule import place
from assessments.scoring.answers import Answer
from guidance.catalog import Catalog
from guidance.problems import InputRefused
from guidance.registry import current_catalog, library
from organisations.consent import What
from reports.context import ReportContext
from reports.exports.oscal import reading
from reports.exports.oscal.catalog_document import catalog_document
from reports.exports.oscal.parts import CATALOG_FILE, NS, PLAN_FILE, RESULTS_FILE, Json, to_bytes
from reports.exports.oscal_files import Withheld, oscal_documents, oscal_zip, plan_item
from reports.shared import shown_to
from tests.builders import FIRST, SECOND, THIRD
from tests.reports import samples
from tests.reports.samples import answers_file

LANGUAGES = ["ja", "en"]
MODELS = {CATALOG_FILE: CatalogModel, RESULTS_FILE: ResultsModel, PLAN_FILE: PlanModel}
SUBJECT = "5b1c2f9e-0000-4000-8000-000000000001"
WRITTEN = {
    FIRST: Answer.at(3, "台帳は購買課。\n毎月直す", "来年から"),
    SECOND: Answer.not_applicable("輸入していない"),
    THIRD: Answer.unknown("# 見出し *強調*"),
}


@cache
def report(language: str = "ja") -> ReportContext:
    return samples.full_context(language=language, given={**samples.answers(current_catalog()), **WRITTEN})


def documents(language: str = "ja") -> dict[str, Json]:
    """As they come out of the files."""
    found = oscal_documents(report(language), SUBJECT)
    return {name: json.loads(to_bytes(document)) for name, document in found.items()}


# --- valid for others -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", MODELS)
def test_every_document_passes_the_models_of_nist_in_both_languages(file: str, language: str) -> None:
    document = documents(language)[file]
    MODELS[file].model_validate(document)
    (body,) = document.values()
    assert body["metadata"]["oscal-version"].startswith("1.1.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "context",
    [
        lambda language: samples.quick_context(language=language),
        lambda language: samples.full_context(language=language, given={}),
        lambda language: samples.full_context(language=language, given={FIRST: Answer.at(0)}, number=None),
        lambda language: samples.full_context(language=language, final=False, started_on=None),
    ],
    ids=["quick", "nothing answered", "one answer", "running"],
)
def test_small_and_empty_reports_pass_too(context: Callable[[str], ReportContext], language: str) -> None:
    found = oscal_documents(context(language), SUBJECT)
    for name, document in found.items():
        MODELS[name].model_validate(json.loads(to_bytes(document)))


def test_without_an_action_there_is_no_plan_because_oscal_has_no_empty_one() -> None:
    assert set(oscal_documents(samples.full_context(given={}), SUBJECT)) == {CATALOG_FILE, RESULTS_FILE}


def test_the_models_would_refuse_a_broken_document() -> None:
    """So that the tests above mean something."""
    broken = documents()[RESULTS_FILE]
    del broken["assessment-results"]["results"][0]["observations"][0]["methods"]
    with pytest.raises(ValidationError):
        ResultsModel.model_validate(broken)


@given(st.text(max_size=60), st.text(min_size=1, max_size=60).filter(str.strip))
def test_whatever_was_typed_the_results_pass_and_come_back_as_they_were(note: str, reason: str) -> None:
    given_answers = {FIRST: Answer.at(1, note, note), SECOND: Answer.not_applicable(reason, note)}
    context = samples.full_context(given=given_answers)
    document = json.loads(to_bytes(oscal_documents(context, SUBJECT)[RESULTS_FILE]))
    ResultsModel.model_validate(document)
    assert reading.read_results(document).answers == given_answers


def ids_in(value: Any, key: str) -> list[str]:
    if isinstance(value, dict):
        own = [value[key]] if isinstance(value.get(key), str) else []
        return own + [found for part in value.values() for found in ids_in(part, key)]
    return [found for part in value for found in ids_in(part, key)] if isinstance(value, list) else []


@pytest.mark.parametrize("file", MODELS)
def test_uuids_are_unique_in_a_document_and_every_reference_leads_somewhere(file: str) -> None:
    document = documents()[file]
    uuids = ids_in(document, "uuid")
    assert len(uuids) == len(set(uuids))
    for key in ("observation-uuid", "risk-uuid", "task-uuid"):
        assert set(ids_in(document, key)) <= set(uuids), key
    assert {href[1:] for href in ids_in(document, "href") if href.startswith("#")} <= set(uuids)


def test_results_and_plan_speak_of_the_same_observations_and_controls() -> None:
    found = documents()
    observed = {one["uuid"] for one in found[RESULTS_FILE]["assessment-results"]["results"][0]["observations"]}
    plan = found[PLAN_FILE]["plan-of-action-and-milestones"]
    assert {one["uuid"] for one in plan["observations"]} <= observed
    parts = set(ids_in(found[CATALOG_FILE], "id"))
    assert set(ids_in(found[RESULTS_FILE], "target-id")) <= parts
    assert set(ids_in(found[RESULTS_FILE], "control-id")) <= parts


def test_our_namespace_is_a_uuid_and_names_no_domain() -> None:
    assert NS.startswith("urn:uuid:")
    assert set(ids_in(documents(), "ns")) == {NS}


def test_satisfied_is_said_to_be_no_statement_about_a_law() -> None:
    for language, words in (("ja", "法令への適合や認証"), ("en", "neither compliance with a law")):
        for document in documents(language).values():
            (body,) = document.values()
            assert words in body["metadata"]["remarks"]
        for finding in documents(language)[RESULTS_FILE]["assessment-results"]["results"][0]["findings"]:
            level = int(finding["target"]["status"]["state"] == "satisfied")
            assert finding["target"]["status"]["remarks"], level


def test_a_line_of_certainty_c_is_never_given_as_what_a_document_says() -> None:
    marked = 0
    for resource in documents()[CATALOG_FILE]["catalog"]["back-matter"]["resources"]:
        for prop in resource["props"]:
            if prop["name"] == "clause" and prop["class"] == "C":
                assert "本アプリの読み方" in prop["remarks"]
                marked += 1
    assert marked


# --- the same each time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_report_is_the_same_bytes(language: str) -> None:
    again = samples.full_context(language=language, given=dict(report(language).record.answers))  # type: ignore[union-attr]
    assert oscal_zip(again, SUBJECT) == oscal_zip(report(language), SUBJECT)
    assert oscal_zip(again, "another") != oscal_zip(report(language), SUBJECT)


# --- out and back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_levels_weights_gates_and_clauses_of_the_questionnaire_come_back(language: str) -> None:
    found = reading.read_catalog(documents(language)[CATALOG_FILE])
    catalog = current_catalog()
    assert found.ref == catalog.ref
    assert [axis for axis, _sections in found.axes] == [axis.id for axis in catalog.axes]
    sections = [section for _axis, own in found.axes for section in own]
    assert [(one.id, one.title, one.weight) for one in sections] == [
        (one.id, one.title.get(language), one.weight) for one in catalog.sections()
    ]
    for read, own in zip((q for one in sections for q in one.questions), catalog.questions.values(), strict=True):
        assert (read.id, read.text, read.weight, read.clauses) == (
            own.id,
            own.text.get(language),
            own.weight,
            own.clauses,
        )
        assert read.levels == tuple(text.get(language) for text in own.levels)
        assert read.gate == ((own.gate.stage, own.gate.min_level) if own.gate else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scorecard_and_the_answers_come_back_exactly(language: str) -> None:
    found = reading.read_results(documents(language)[RESULTS_FILE])
    record = report(language).record
    assert record is not None
    assert found.card == record.card
    asked = {name for name, scored in record.card.questions().items() if scored.state != "hidden"}
    assert found.answers == {name: answer for name, answer in record.answers.items() if name in asked}


@pytest.mark.parametrize("given_answers", [{}, {FIRST: Answer.at(4)}, WRITTEN], ids=["none", "one", "three"])
def test_a_scorecard_with_little_known_comes_back_too(given_answers: dict[str, Answer]) -> None:
    context = samples.full_context(given=given_answers)
    found = reading.read_results(json.loads(to_bytes(oscal_documents(context, SUBJECT)[RESULTS_FILE])))
    assert context.record is not None
    assert found.card == context.record.card


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_actions_come_back_with_quarter_cost_effort_and_exact_gains(language: str) -> None:
    context = report(language)
    found = reading.read_plan(documents(language)[PLAN_FILE])
    assert found == tuple(plan_item(view, context) for view in context.actions)
    assert {item.quarter.number for item in found if item.quarter} == {1, 2, 3, 4}
    assert any(item.quarter is None for item in found)
    assert context.record is not None
    planned = {item.ranked.action.id: item for item in place(rank(context.catalog, context.record.card), context.dated)}
    for item in found:
        own = planned[item.action]
        assert dict(item.gains) == own.ranked.gains
        assert item.quarter == own.quarter
        assert item.raises == tuple((step.question, step.before, step.after) for step in own.ranked.steps)


# --- refused ----------------------------------------------------------------------------------------------------------


def without(document: Json, *path: Any) -> Json:
    changed = copy.deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed


class Case(NamedTuple):
    file: str
    read: Callable[[Json], object]
    path: tuple[Any, ...]


CASES = [
    Case(CATALOG_FILE, reading.read_catalog, ("catalog", "groups")),
    Case(CATALOG_FILE, reading.read_catalog, ("catalog", "groups", 0, "groups", 0, "props")),
    Case(CATALOG_FILE, reading.read_catalog, ("catalog", "groups", 0, "groups", 0, "controls", 0, "parts", 4)),
    Case(RESULTS_FILE, reading.read_results, ("assessment-results", "results", 0)),
    Case(RESULTS_FILE, reading.read_results, ("assessment-results", "results", 0, "observations", 0)),
    Case(RESULTS_FILE, reading.read_results, ("assessment-results", "results", 0, "observations", 0, "props", 1)),
    Case(PLAN_FILE, reading.read_plan, ("plan-of-action-and-milestones", "risks", 0)),
    Case(PLAN_FILE, reading.read_plan, ("plan-of-action-and-milestones", "poam-items", 0, "props", 0)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file} without {case.path[-2:]}")
def test_a_document_with_something_missing_is_refused_with_its_name(case: Case) -> None:
    with pytest.raises(InputRefused) as error:
        case.read(without(documents()[case.file], *case.path))
    [problem] = error.value.problems
    assert problem.file == case.file
    assert problem.ja
    assert problem.en


@pytest.mark.parametrize("value", ["9", "x", "1/0", ""])
def test_a_figure_that_is_none_is_refused(value: str) -> None:
    document = documents()[RESULTS_FILE]
    observation = document["assessment-results"]["results"][0]["observations"][0]
    for prop in observation["props"]:
        if prop["name"] in ("level", "contribution"):
            prop["value"] = value
    with pytest.raises(InputRefused):
        reading.read_results(document)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_a_file_that_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused):
        reading.load(content, "x.json")


@pytest.mark.parametrize("read", [reading.read_catalog, reading.read_results, reading.read_plan])
def test_a_document_of_another_kind_is_refused(read: Callable[[Json], object]) -> None:
    with pytest.raises(InputRefused):
        read({"system-security-plan": {}})


def test_a_report_for_a_reader_outside_has_no_oscal() -> None:
    with pytest.raises(Withheld):
        oscal_documents(shown_to(report(), frozenset(What)), SUBJECT)


# --- the command ------------------------------------------------------------------------------------------------------


def export(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("export_oscal", *arguments, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_the_questionnaire_without_a_database(tmp_path: Path, language: str) -> None:
    export(out=str(tmp_path), lang=language)
    document = reading.load((tmp_path / CATALOG_FILE).read_bytes(), CATALOG_FILE)
    CatalogModel.model_validate(document)
    catalog: Catalog = current_catalog()
    assert catalog.released is not None
    assert document == json.loads(
        to_bytes(catalog_document(catalog, library().sources, dated=catalog.released, language=language))
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == [CATALOG_FILE]


def test_the_command_writes_results_and_plan_of_an_answers_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers_file(current_catalog())), encoding="utf-8")
    said = export(out=str(tmp_path), answers=str(file), date=dt.date(2026, 11, 23))
    for name, model in MODELS.items():
        document = reading.load((tmp_path / name).read_bytes(), name)
        model.model_validate(document)
        assert name in said
    found = reading.read_results(reading.load((tmp_path / RESULTS_FILE).read_bytes(), RESULTS_FILE))
    context = samples.full_context()
    assert context.record is not None
    assert found.card == context.record.card
    first = (tmp_path / RESULTS_FILE).read_bytes()
    export(out=str(tmp_path), answers=str(file), date=dt.date(2026, 11, 23))
    assert (tmp_path / RESULTS_FILE).read_bytes() == first


def test_the_command_refuses_what_it_cannot_do_and_writes_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "answers.json"
    bad.write_text('{"answers": {"NONE": {"level": 9}}}', encoding="utf-8")
    empty = tmp_path / "out"
    empty.mkdir()
    for arguments, options in (
        (["keian@1999.1"], {"out": str(empty)}),
        ([], {"out": str(empty), "answers": str(bad)}),
        ([], {"out": str(tmp_path / "no such folder")}),
        ([], {"out": str(bad)}),
        ([], {"out": str(empty), "answers": str(bad), "submission": SUBJECT, "company": SUBJECT}),
        ([], {"out": str(empty), "submission": SUBJECT}),
    ):
        with pytest.raises(CommandError):
            export(*arguments, **options)
    assert list(empty.iterdir()) == []


def test_the_zip_holds_the_three_documents() -> None:
    with zipfile.ZipFile(io.BytesIO(oscal_zip(report(), SUBJECT))) as archive:
        assert archive.namelist() == [CATALOG_FILE, RESULTS_FILE, PLAN_FILE]
        assert {part.date_time[:3] for part in archive.infolist()} == {(2026, 11, 23)}

"""PURE. A questionnaire as an OSCAL catalog: axes and sections are groups, questions are controls.

The five levels are parts of a control; level 3 is also its assessment objective, because that is what a finding is
measured on. Clauses lead to the documents in the back matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from guidance.catalog import Axis, Catalog, Clause, Question, Section, Source
from guidance.conditions_in_words import condition_in_words
from reports.exports.oscal import words
from reports.exports.oscal.parts import NS, Json, filled, metadata, moment, one_line, prop, uuid_of

OBJECTIVE_LEVEL = 3


def catalog_document(catalog: Catalog, sources: Mapping[str, Source], *, dated: dt.date, language: str) -> Json:
    """The catalog in one language. `dated`: its last change; a released one has its own day."""
    writer = _Writer(catalog, sources, language)
    day = catalog.released or dated
    head = metadata(
        f"{words.CATALOG.get(language)} {catalog.ref}",
        version=catalog.version,
        dated=day,
        language=language,
        notice=words.NOTICE.get(language),
        extra={"published": moment(day)} if catalog.released else None,
    )
    head["props"].append(prop("catalog", catalog.ref))
    return {
        "catalog": filled(
            uuid=uuid_of("catalog", catalog.ref, language, day),
            metadata=head,
            groups=[writer.axis(axis) for axis in catalog.axes],
            back_matter=filled(resources=writer.resources()),
        )
    }


def objective_id(question_id: str) -> str:
    """The part of a control that findings are about."""
    return f"{question_id}_obj"


def resource_uuid(source_id: str) -> str:
    """The document in the back matter."""
    return uuid_of("source", source_id)


class _Writer:
    """One catalog in one language."""

    def __init__(self, catalog: Catalog, sources: Mapping[str, Source], language: str) -> None:
        self.catalog, self.language = catalog, language
        self.clauses: dict[str, tuple[Source, Clause]] = {
            clause.id: (source, clause) for source in sources.values() for clause in source.clauses
        }
        self.sources = sources

    def axis(self, axis: Axis) -> Json:
        return filled(
            id=axis.id,
            class_="axis",
            title=one_line(axis.title.get(self.language)),
            groups=[self._section(section) for section in axis.sections],
        )

    def _section(self, section: Section) -> Json:
        return filled(
            id=section.id,
            class_="section",
            title=one_line(section.title.get(self.language)),
            props=[prop("weight", section.weight)],
            controls=[self._question(question) for question in section.questions],
        )

    def _question(self, question: Question) -> Json:
        say = self.language
        name = question.id
        props = [
            prop("weight", question.weight),
            prop("basis", question.basis),
            prop("asked-of", question.asked_of),
            prop("quick", "yes" if question.quick else "no"),
        ]
        if question.gate:
            props += [prop("gate-stage", question.gate.stage), prop("gate-min-level", question.gate.min_level)]
        if question.applies_when:
            props.append(prop("applies-when", condition_in_words(question.applies_when, self.catalog, say)))
        props += [prop("clause", clause) for clause in question.clauses]
        levels = [
            {
                "id": f"{name}_level.{number}",
                "name": "level",
                "ns": NS,
                "props": [prop("level", number)],
                "prose": text.get(say),
            }
            for number, text in enumerate(question.levels)
        ]
        evidence = [{"name": "evidence", "ns": NS, "prose": text.get(say)} for text in question.evidence]
        return filled(
            id=name,
            class_="question",
            title=one_line(question.text.get(say)),
            props=props,
            links=[link for clause in question.clauses for link in self._links(clause)],
            parts=[
                {"id": f"{name}_smt", "name": "statement", "prose": question.text.get(say)},
                {"id": f"{name}_gdn", "name": "guidance", "prose": question.why.get(say)},
                {
                    "id": objective_id(name),
                    "name": "assessment-objective",
                    "prose": question.levels[OBJECTIVE_LEVEL].get(say),
                },
                *levels,
                *evidence,
            ],
        )

    def _links(self, clause_id: str) -> Iterable[Json]:
        if clause_id in self.clauses:
            source, clause = self.clauses[clause_id]
            text = f"{clause_id} {clause.heading.get(self.language)}"
            yield {"href": f"#{resource_uuid(source.source)}", "rel": "reference", "text": one_line(text)}

    def resources(self) -> list[Json]:
        """The documents that questions cite, each with the clauses that are cited."""
        cited = {clause for question in self.catalog.questions.values() for clause in question.clauses}
        found = []
        for source in self.sources.values():
            clauses = [clause for clause in source.clauses if clause.id in cited]
            if clauses:
                found.append(self._resource(source, clauses))
        return found

    def _resource(self, source: Source, clauses: Iterable[Clause]) -> Json:
        say = self.language
        title = one_line(source.title.get(say))
        return filled(
            uuid=resource_uuid(source.source),
            title=title,
            props=[
                prop("source", source.source),
                prop("status", source.status),
                prop("checked-on", source.checked_on),
                *(self._clause(clause) for clause in clauses),
            ],
            citation={
                "text": one_line(f"{source.issuer.get(say)}: {title}, {source.edition.get(say)} ({source.date})")
            },
            rlinks=[{"href": source.url}],
        )

    def _clause(self, clause: Clause) -> Json:
        """Its class is how sure the line is; a line of certainty C is ours, and says so."""
        say = self.language
        ours = f" [{words.OUR_READING.get(say)}]" if clause.certainty == "C" else ""
        told = f"{clause.heading.get(say)}: {clause.text.get(say)} ({clause.place.get(say)}){ours}"
        return prop("clause", clause.id, kind=clause.certainty, remarks=told)

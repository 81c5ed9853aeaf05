"""Ten firms of different kinds, as an advisor would know them: profile, levels by section, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessments.scoring.answers import Answer
from guidance.catalog import Catalog
from guidance.conditions import applicable
from guidance.profile import FLAGS, ProfileValue


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm: the facts that are true of it, its usual level by section (`"*"`: elsewhere), and single questions."""

    name: str
    industry: str
    flags: frozenset[str]
    sections: Mapping[str, int]
    questions: Mapping[str, int] = field(default_factory=dict)

    @property
    def profile(self) -> dict[str, ProfileValue]:
        facts: dict[str, ProfileValue] = {fact.key: fact.key in self.flags for fact in FLAGS}
        return {"industry": self.industry, "employees": 90, "sales_band": "1b-4b", **facts}

    def answers(self, catalog: Catalog) -> dict[str, Answer]:
        """A known answer to every question that applies."""
        asked = applicable(catalog, self.profile, {})
        section_of = catalog.section_of
        return {
            name: Answer.at(self.questions.get(name, self.sections.get(section_of[name].id, self.sections["*"])))
            for name in catalog.questions
            if name in asked
        }


def _firm(
    name: str, industry: str, flags: str, sections: Mapping[str, int], questions: Mapping[str, int] | None = None
) -> Firm:
    return Firm(name, industry, frozenset(flags.split()), sections, questions or {})


FIRMS: Mapping[str, Firm] = {
    firm.name: firm
    for firm in (
        # Much is tidy, but one iron source abroad carries everything and nobody has looked into it.
        _firm(
            "castings maker",
            "E",
            "makes_products imports codesign entrusted_information",
            {
                "*": 1,
                "A.visibility": 2,
                "A.stock": 3,
                "A.logistics": 3,
                "A.dialogue": 2,
                "I.codesign": 2,
                "I.people": 1,
            },
            {"A-VIS-01": 1, "A-SRC-01": 0, "A-SRC-02": 0, "A-SRC-03": 0, "A-SRC-04": 0, "A-SCN-01": 1, "G-LDR-01": 2},
        ),
        # The world buys one part from it: it knows why, and guards the recipe; supply and paperwork are ordinary.
        _firm(
            "niche monopolist",
            "E",
            "makes_products imports exports does_rd codesign",
            {"*": 2, "I.core": 3, "I.protect": 3, "I.market": 4, "I.codesign": 3, "I.people": 3, "G.explanation": 1},
            {"I-COR-01": 4, "I-PRT-03": 4, "A-SRC-01": 2, "G-LDR-01": 3},
        ),
        # Lives on knowing routes and suppliers; owns hardly any technology.
        _firm(
            "trading house",
            "I",
            "imports exports",
            {
                "*": 2,
                "A.visibility": 4,
                "A.scenario": 3,
                "A.sourcing": 3,
                "A.logistics": 4,
                "A.dialogue": 3,
                "I.core": 0,
                "I.protect": 1,
                "I.market": 1,
                "I.value": 1,
                "I.people": 1,
                "I.company": 1,
            },
            {"G-INF-01": 4},
        ),
        # Guards code and accounts well, buys little, and never thought about where its cloud stands.
        _firm(
            "software firm",
            "G",
            "does_rd entrusted_information",
            {
                "*": 2,
                "A.visibility": 1,
                "A.scenario": 1,
                "A.sourcing": 1,
                "A.stock": 1,
                "A.logistics": 1,
                "A.dialogue": 1,
                "I.core": 3,
                "I.protect": 3,
                "I.people": 3,
                "I.market": 3,
                "G.cyber": 4,
                "G.information": 3,
            },
        ),
        # Has heard of it.
        _firm("dormant beginner", "E", "makes_products imports", {"*": 0, "G.leadership": 1, "A.dialogue": 1}),
        # Reviews everything, with a few gaps like everybody.
        _firm(
            "strong all-rounder",
            "E",
            "makes_products imports exports does_rd joint_research codesign entrusted_information",
            {"*": 3, "A.sourcing": 4, "I.core": 4, "I.protect": 4, "G.leadership": 4, "G.risk": 4, "I.joint": 3},
            {"G-EXP-01": 2, "A-DLG-04": 2},
        ),
        # Thirty customers' drawings in the shop; buys at home from people it knows.
        _firm(
            "machining subcontractor",
            "E",
            "makes_products codesign entrusted_information",
            {"*": 1, "A.visibility": 2, "A.sourcing": 2, "A.scenario": 1, "A.stock": 2, "I.codesign": 1, "I.people": 1},
            {"A-VIS-01": 3, "A-SRC-01": 3, "A-SCN-01": 2, "I-PRT-04": 0, "I-COR-01": 1, "G-LDR-01": 2},
        ),
        # Practises for typhoons, so stock and substitutes are in order; secrets were never a subject.
        _firm(
            "food processor",
            "E",
            "makes_products imports",
            {
                "*": 2,
                "A.visibility": 2,
                "A.scenario": 3,
                "A.sourcing": 2,
                "A.stock": 4,
                "A.logistics": 3,
                "A.dialogue": 2,
                "I.value": 1,
                "I.core": 1,
                "I.protect": 1,
                "I.people": 1,
                "I.market": 1,
                "I.company": 1,
                "G.risk": 3,
            },
            {"G-LDR-01": 3},
        ),
        # Moved production abroad in a hurry: the plant there has all the drawings.
        _firm(
            "producer abroad",
            "E",
            "makes_products imports exports has_overseas_site overseas_production plans_overseas does_rd codesign",
            {
                "*": 2,
                "A.visibility": 2,
                "I.overseas": 0,
                "I.people": 1,
                "I.core": 2,
                "I.codesign": 1,
                "G.leadership": 2,
            },
            {"A-VIS-04": 1, "A-VIS-07": 0, "I-PRT-03": 1},
        ),
        # Binders full of rules for the buyer of the firm; the president has never opened one.
        _firm(
            "paper tiger",
            "E",
            "makes_products imports outside_capital",
            {
                "*": 1,
                "G.risk": 3,
                "G.organisation": 3,
                "G.explanation": 3,
                "G.information": 1,
                "G.cyber": 1,
                "G.leadership": 0,
                "I.company": 2,
            },
            {"G-LDR-01": 0},
        ),
    )
}

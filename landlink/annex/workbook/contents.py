"""What the sheets of a workbook are written from, and the notes that several of them have."""

from dataclasses import dataclass

from landlink.annex.edition import Edition
from landlink.annex.material import Material
from landlink.annex.workbook.layout import Inputs, Layout
from landlink.plan.plan import Plan
from landlink.present.labels import MARK
from landlink.present.tables import column_status, fact_status
from landlink.schema import FACTS
from landlink.texts import Lang

# Digits of a fingerprint that are shown: enough to distinguish plans.
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Contents:
    """What the sheets of a workbook are written from.

    Parameters
    ----------
    edition
        The whole city's.
    layout
        Rows and addresses of the figures.
    inputs
        Cells of what can be changed, known once the sheet of parameters is written.
    """

    edition: Edition
    layout: Layout
    inputs: Inputs

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.edition.plan

    @property
    def material(self) -> Material:
        """Figures of the city that go with the plan's own, for sheets of an edition that has them."""
        if self.edition.material is None:
            raise ValueError("an edition without material has no sheet of it")
        return self.edition.material

    @property
    def lang(self) -> Lang:
        """Language of all texts."""
        return self.edition.lang

    @property
    def head(self) -> str:
        """What a sheet rests on, below its title and above each printed page."""
        options, text = self.plan.options, self.edition.text
        policy = self.plan.policy_title[self.lang]
        basis = text(f"model.basis.{options.basis}")
        return text("annex.print.head", city=self.edition.city, year=options.year, policy=policy, basis=basis)

    @property
    def fingerprint(self) -> str:
        """Beginning of the plan's fingerprint."""
        return self.plan.fingerprint[:_SHORT]

    def title(self, sheet: str) -> str:
        """Title of a sheet, with city and year."""
        return self.edition.text(f"annex.{sheet}.title", city=self.edition.city, year=self.plan.options.year)

    def doubted(self, *tables: str) -> frozenset[str]:
        """Computed columns of tables that rest on figures that are not official."""
        return frozenset(
            name
            for table in tables
            for name, status in column_status(self.edition.explainer, table).items()
            if status != "official"
        )

    def doubted_facts(self) -> frozenset[str]:
        """District facts that are not official everywhere."""
        return frozenset(item for (_, item), status in fact_status(self.plan).items() if status != "official") & set(
            FACTS
        )

    def plan_notes(self) -> list[str]:
        """What the plan says of itself, and what the mark of a column means."""
        return [*(note.text(self.lang) for note in self.plan.notes), self.edition.text("annex.note.mark", mark=MARK)]

    def basis_note(self) -> str:
        """What a table rests on."""
        sheet = self.layout.sheet("basis")
        return self.edition.text(
            "annex.note.basis", sheet=sheet, fingerprint=self.fingerprint, version=self.plan.version
        )

"""Filling in a template, and telling what is wrong with one."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import XMLSyntaxError

from landlink.annex.document.ooxml import drop_empty_end, number_fields, text_of
from landlink.errors import DataError, Fault

_EXCERPT = 60
_MISSING = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


class Template:
    """A template that is to be filled in.

    Parameters
    ----------
    content
        The docx file.
    name
        Its name, for messages.

    Raises
    ------
    DataError
        It is not a Word document.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self.name = name
        try:
            self._made = DocxTemplate(io.BytesIO(content))
            self._made.init_docx()
        except (zipfile.BadZipFile, OpcError, KeyError, ValueError, XMLSyntaxError) as error:
            raise self._fault("document.template_unreadable", reason=str(error).strip()) from None

    def image(self, content: bytes, width_mm: float) -> InlineImage:
        """Image as a value of this template."""
        return InlineImage(self._made, io.BytesIO(content), width=Mm(width_mm))

    def fill(self, values: Mapping[str, Any]) -> bytes:
        """Fill in the values.

        Raises
        ------
        DataError
            A placeholder is not known, a tag is not closed or has no partner, or a reference is to nothing.
        """
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        self._check_tags()
        unknown: set[str] = set()
        try:
            unknown = self._made.get_undeclared_template_variables(environment) - set(values)
            if not unknown:
                self._made.render(dict(values), environment)
        except UndefinedError as error:
            found = _MISSING.search(str(error))
            raise self._unknown(next(filter(None, found.groups())) if found else str(error), values) from None
        except (TemplateSyntaxError, SecurityError) as error:
            raise self._fault("document.template_broken", reason=error.message) from None
        except (TemplateError, TypeError, ValueError, XMLSyntaxError) as error:
            raise self._fault("document.template_broken", reason=str(error)) from None
        if unknown:
            raise self._unknown(", ".join(sorted(unknown)), values)
        body = self._made.docx.element.body
        drop_empty_end(body)
        number_fields(body)
        held = io.BytesIO()
        self._made.save(held)
        return held.getvalue()

    def _check_tags(self) -> None:
        """See that tags are whole; one that is not would swallow what follows."""
        faults = []
        for paragraph in self._made.docx.element.body.iter(qn("w:p")):
            told = text_of(paragraph)
            if any(told.count(left) != told.count(right) for left, right in (("{{", "}}"), ("{%", "%}"))):
                faults.append(Fault("document.tag_unclosed", {"paragraph": told[:_EXCERPT]}, self.name))
        if faults:
            raise DataError(faults)

    def _unknown(self, names: str, values: Mapping[str, Any]) -> DataError:
        return self._fault("document.placeholder_unknown", name=names, have=", ".join(sorted(values)))

    def _fault(self, fault: str, **told: object) -> DataError:
        return DataError(Fault(fault, told, self.name))

"""Filling in a template, and saying what is wrong with one."""

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

# Characters of a paragraph that a fault quotes.
_EXCERPT = 60
# What jinja2 says of a name that a template uses and a document does not have.
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
            self._template = DocxTemplate(io.BytesIO(content))
            self._template.init_docx()
        except (zipfile.BadZipFile, OpcError, KeyError, ValueError, XMLSyntaxError) as error:
            raise self._fault("document.template_unreadable", reason=str(error).strip()) from None

    def image(self, content: bytes, width_mm: float) -> InlineImage:
        """Image as a value of this template."""
        return InlineImage(self._template, io.BytesIO(content), width=Mm(width_mm))

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
            unknown = self._template.get_undeclared_template_variables(environment) - set(values)
            if not unknown:
                self._template.render(dict(values), environment)
        except UndefinedError as error:
            match = _MISSING.search(str(error))
            name = next(filter(None, match.groups())) if match else str(error)
            raise self._unknown(name, values) from None
        except (TemplateSyntaxError, SecurityError) as error:
            raise self._fault("document.template_broken", reason=error.message) from None
        except (TemplateError, TypeError, ValueError, XMLSyntaxError) as error:
            raise self._fault("document.template_broken", reason=str(error)) from None
        if unknown:
            raise self._unknown(", ".join(sorted(unknown)), values)
        body = self._template.docx.element.body
        drop_empty_end(body)
        number_fields(body)
        filled = io.BytesIO()
        self._template.save(filled)
        return filled.getvalue()

    def _check_tags(self) -> None:
        """Refuse tags that are not closed: they would swallow what follows."""
        faults = []
        for paragraph in self._template.docx.element.body.iter(qn("w:p")):
            content = text_of(paragraph)
            if any(content.count(left) != content.count(right) for left, right in (("{{", "}}"), ("{%", "%}"))):
                faults.append(Fault("document.tag_unclosed", {"paragraph": content[:_EXCERPT]}, self.name))
        if faults:
            raise DataError(faults)

    def _unknown(self, names: str, values: Mapping[str, Any]) -> DataError:
        return self._fault("document.placeholder_unknown", name=names, have=", ".join(sorted(values)))

    def _fault(self, fault: str, **details: object) -> DataError:
        return DataError(Fault(fault, details, self.name))

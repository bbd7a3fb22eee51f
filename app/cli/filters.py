"""Options of a command that are the parameters of the API's export: derived, so that they are the same by name."""

import inspect
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Annotated, Any, get_origin

import typer

if TYPE_CHECKING:
    from app.bulk.params import ExportQuery

# What a command needs whose arguments are read by `run_with_filters`.
UNREAD = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def run_with_filters(
    context: typer.Context, command: Callable[..., None], without: Container[str] = ()
) -> None:
    """Run a command, which takes a `query` and options of its own; `without` are parameters that it does not have.

    The model of the parameters is loaded only now, since `--help` of all commands must not wait for it.
    """
    from app.bulk.params import ExportQuery

    fields = {name: field for name, field in ExportQuery.model_fields.items() if name not in without}
    own = [each for each in inspect.signature(command).parameters.values() if each.name != "query"]

    def run(**given: Any) -> None:  # noqa: ANN401 - the values of options
        parameters = {name: given.pop(name) for name in fields}
        command(**given, query=_query({name: value for name, value in parameters.items() if value}))

    run.__doc__ = command.__doc__
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[_type(field.annotation), typer.Option(help=_help(field.description))],
        )
        for name, field in fields.items()
    ]
    run.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined] # read by Typer
    inner = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    inner.command()(run)
    inner(args=context.args, prog_name=context.command_path, standalone_mode=False)


def _type(annotation: Any) -> Any:  # noqa: ANN401 - the type of a parameter, and of an option
    if get_origin(annotation) is list:
        return list[str] | None
    return bool if annotation is bool else str | None


def _help(description: str | None) -> str:
    return (description or "").replace("`", "")


def _query(parameters: dict[str, Any]) -> "ExportQuery":
    """Return options as parameters. Raises BadParameter for values that are not valid."""
    from pydantic import ValidationError

    from app.bulk.params import ExportQuery
    from app.http.validation import invalid_parameters

    try:
        return ExportQuery.model_validate(parameters)
    except ValidationError as error:
        raise usage(invalid_parameters(error.errors(include_url=False))) from None


def usage(error: Any) -> typer.BadParameter:  # noqa: ANN401 - an InvalidInput, which is not loaded yet
    """Return an InvalidInput about parameters as the error of an option."""
    first = error.faults[0]
    return typer.BadParameter(str(error), param_hint=f"--{first.where.replace('_', '-')}")

"""Reader of pages: elements by tag, class, id and attribute, with their texts."""

from html.parser import HTMLParser

# Elements that have no end.
_VOID = {"meta", "link", "input", "br", "img", "base", "hr"}


class Node:
    """An element of a page."""

    def __init__(self, tag: str, given: dict[str, str]) -> None:
        self.tag = tag
        self.given = given
        self.children: list[Node | str] = []

    @property
    def text(self) -> str:
        """All text inside, with single spaces."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    def all(self, tag: str | None = None, class_: str | None = None, **given: str) -> list["Node"]:
        """Return the elements inside that have a tag, a class and attributes; `data_x` is `data-x`."""
        wanted = {name.replace("_", "-"): value for name, value in given.items()}
        found = []
        for child in self.children:
            if isinstance(child, str):
                continue
            if (
                (tag is None or child.tag == tag)
                and (class_ is None or class_ in child.given.get("class", "").split())
                and wanted.items() <= child.given.items()
            ):
                found.append(child)
            found += child.all(tag, class_, **given)
        return found

    def one(self, tag: str | None = None, class_: str | None = None, **given: str) -> "Node":
        """Return the first of these elements; there must be one."""
        found = self.all(tag, class_, **given)
        assert found, (tag, class_, given)
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(node.tag == tag for node in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def page(content: str) -> Node:
    """Read a page."""
    reader = _Reader()
    reader.feed(content)
    return reader.root

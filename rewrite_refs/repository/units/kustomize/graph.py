"""Follow names through the kustomizations, before and after the rewrite.

Every name that a kustomization includes passes its entries, one after the
other, as a pair: the name that kustomize sees today, and the one that it would see if all
mapped names were rewritten.  An entry has to match afterwards what it matched before.
Where that is impossible (some of the names that it matches are rewritten and some
are not), those that would be rewritten stay, and all names are followed again.

The decision is the same whether none, some or all of the rewrite has been carried out
already: a name counts both as it is and as its target.  So files may be
rewritten one at a time, in any order.

Patches come before images, components after resources (tested with kustomize 5.8).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from rewrite_refs.repository.units.kustomize.names import (
    Decision,
    EntryAction,
    Followed,
    Item,
    Items,
    Matcher,
    Name,
    Origin,
    PinnedName,
    Repository,
    State,
)
from rewrite_refs.repository.units.kustomize.reading import Entry, Kustomization, read
from rewrite_refs.text.source import Source

# kustomize reads the name of an entry as a regular expression.
_PATTERN = re.compile(r"[*+?\[\](){}|^$\\]")
# How many times names are followed at most; each round resolves at least one conflict.
_MAX_ROUNDS = 1000


def decide(files: Mapping[Path, Source], repository: Repository) -> Decision:
    """Return the decision about names that kustomizations match and their entries.

    *files* are the texts of the kustomizations.  The paths, in arguments and result, have no links in them.
    """
    graph = _Graph(files, repository)
    state = State()
    first = graph.follow(state)
    left = {item.origin for item in first.left}
    placeholders = {
        origin: pinned
        for origin, pinned in first.replaced.items()
        if not (origin in left or origin in first.real or origin.of_entry or origin.unseen)
    }
    state.placeholders = set(placeholders)
    followed = first
    for _ in range(_MAX_ROUNDS):  # pragma: no branch - the conflicts are resolved long before
        followed = graph.follow(state)
        if not graph.resolve_conflicts(state, followed):
            break
    kept = {(origin.path, origin.name): placeholders[origin] for origin in state.placeholders}
    left = {item.origin for item in followed.left if item.after == item.origin.name}
    for origin, by in state.frozen.items():
        replaced = None if origin in left else followed.replaced.get(origin)
        kept[origin.path, origin.name] = replaced or PinnedName(by, None)
    ways = {each: graph.action_for(each, state, followed) for each in graph.matchers}
    return Decision(kept, {(each.path, each.key): action for each, action in ways.items()})


class _Graph:
    """The kustomizations of a repository, by their folders."""

    def __init__(self, files: Mapping[Path, Source], repository: Repository) -> None:
        self._repository = repository
        self._known = {path.parent: (path, read(source)) for path, source in files.items()}
        self._names: dict[Path, tuple[Name, ...]] = {}
        self.matchers: dict[Matcher, list[Entry]] = {}
        for path, found in self._known.values():
            for entry in found.entries:
                self.matchers.setdefault(Matcher(path, entry.key), []).append(entry)
        keys = {each.key for each in self.matchers}
        new_names = {each.new_name for entries in self.matchers.values() for each in entries if each.new_name}
        self._keys = sorted(keys)
        self._targets = {name: repository.target(name, None) for name in keys}
        self._own = {each: repository.target(each.key, each.path) for each in self.matchers}
        self._patterns = {key for key in keys if _PATTERN.search(key)}
        # A pattern may match in any file.
        self._words = {"" if name in self._patterns else name.rpartition("/")[2] for name in keys | new_names}
        drawn = {
            (folder / path).resolve()
            for folder, (_, found) in self._known.items()
            for path in (*found.manifests, *found.components)
        }
        self._roots = [folder for folder in self._known if folder not in drawn] or list(self._known)

    # --- following

    def follow(self, state: State) -> Followed:
        """Follow all names through all kustomizations once."""
        followed = Followed()
        for root in self._roots:
            items = self._collect(root, frozenset(), state, followed, ())
            followed.left |= items
        return followed

    def _collect(
        self, folder: Path, items: Items, state: State, followed: Followed, above: tuple[Path, ...]
    ) -> Items:
        """Return the names that a kustomization outputs.

        *items* are the names that a component is applied to, *above* the folders that include this one.
        """
        if folder in followed.done:
            return followed.done[folder]
        if folder in above:  # kustomize refuses it
            return items
        path, found = self._known[folder]
        here = (*above, folder)
        unseen = frozenset(state.item(Origin(path, key, None, unseen=True)) for key in self._keys)
        if found.unseen or (found.is_component and not above):
            items |= unseen
        for name in (*found.manifests, *found.components):  # in this order: components change the others
            target = (folder / name).resolve()
            if target in self._known:
                is_component = self._known[target][1].is_component
                drawn = self._collect(target, items if is_component else frozenset(), state, followed, here)
                items = drawn if is_component else items | drawn
            else:
                items |= self._of_file(target, state) if target.is_file() else unseen
        for name in found.patches:
            items |= self._of_file((folder / name).resolve(), state)
        items |= self._of_file(path, state)
        for entry in found.entries:
            items = self._apply_entry(entry, path, items, state, followed)
        if not found.is_component:
            followed.done[folder] = items
        return items

    def _apply_entry(self, entry: Entry, path: Path, items: Items, state: State, followed: Followed) -> Items:
        """Return the names after one entry."""
        matcher = Matcher(path, entry.key)
        met = followed.met.setdefault(matcher, set())
        met.update(item for item in items if self._may_match(entry.key, item))
        matched = {item for item in items if self._matches(entry.key, item)}
        target = self._own[matcher]
        if entry.new_name is not None and matched:
            return self._renamed(entry, path, items, matched, state, followed)
        if matcher in state.adders and target:
            changed = {item for item in matched if not item.moved and item.before == entry.key}
            for item in changed:
                followed.replaced.setdefault(item.origin, PinnedName(path, target))
            return (items - changed) | {item._replace(after=target, adder=matcher) for item in changed}
        return items

    def _renamed(
        self,
        entry: Entry,
        path: Path,
        items: Items,
        matched: set[Item],
        state: State,
        followed: Followed,
    ) -> Items:
        """Return the names after an entry with a ``newName``."""
        new_name, same = entry.new_name or "", self._canonical(entry.key)
        for item in matched:
            followed.replaced.setdefault(item.origin, PinnedName(path, new_name))
            partly = item.before != entry.key and entry.key not in self._patterns
            if partly or self._canonical(new_name) == same:
                followed.real.add(item.origin)
        if new_name == same:  # as if the newName were yet to be added, or the name yet to be rewritten
            literal = {item for item in matched if item.before == entry.key}
            return (items - literal) | {item._replace(after=same) for item in literal}
        names = {name.at: name.target for name in self._names_in(path)}
        origin = Origin(path, new_name, names.get(entry.new_at), of_entry=True)
        return (items - matched) | {state.item(origin)}

    def _of_file(self, path: Path, state: State) -> Items:
        """Return the names of a manifest or a patch, or of the patches in a kustomization."""
        own = {at for each in self._entries_in(path) for at in (each.key_at, each.new_at)}
        names = (name for name in self._names_in(path) if name.at not in own)
        return frozenset(
            state.item(Origin(path, name.text, name.target, pinned=name.pinned)) for name in names
        )

    def _entries_in(self, path: Path) -> tuple[Entry, ...]:
        of, found = self._known.get(path.parent, (None, Kustomization()))
        return found.entries if of == path else ()

    def _names_in(self, path: Path) -> tuple[Name, ...]:
        if path not in self._names:
            self._names[path] = tuple(self._repository.names(path, self._words))
        return self._names[path]

    # --- matching

    def _canonical(self, name: str) -> str:
        """Return the spelling of a name that is the same before and after the rewrite."""
        if name not in self._targets:
            self._targets[name] = self._repository.target(name, None)
        return self._targets[name] or name

    def _may_match(self, key: str, item: Item) -> bool:
        """Whether an entry matches a name, whichever way the two are spelled."""
        if key in self._patterns:
            return self._matches(key, item)
        return self._canonical(item.before) == self._canonical(key)

    def _matches(self, key: str, item: Item) -> bool:
        """Whether an entry matches a name, before the rewrite or when it is partly done."""
        if key in self._patterns:
            return _matches_pattern(key, item.before)
        if item.before == key:
            return True
        same = self._canonical(key)
        if item.origin.unseen and item.after != key:  # it is never rewritten
            return False
        return self._canonical(item.before) == same and same in (item.before, key)

    # --- conflicts

    def resolve_conflicts(self, state: State, followed: Followed) -> bool:
        """Change the state where entries conflict; return whether anything changed."""
        changed = False
        for matcher, items in followed.met.items():
            movers = [
                item for item in self._conflicting(matcher, items) if item.adder or state.moves(item.origin)
            ]
            placeholders = {item.origin for item in items} & state.placeholders
            if not movers and not (placeholders and self._is_left_over(matcher, items)):
                continue
            moving = {item.origin for item in movers if item.adder is None}
            if placeholders and not self._is_fixed(matcher):
                state.placeholders -= placeholders
            else:
                state.frozen |= dict.fromkeys(moving, matcher.path)
            state.blocked |= {item.adder for item in movers if item.adder}
            changed = True
        adders = {each for each in self.matchers if self._needs_new_name(each, state, followed)}
        changed |= adders != state.adders
        state.adders = adders
        return changed

    def action_for(self, matcher: Matcher, state: State, followed: Followed) -> EntryAction:
        """Return what happens to an entry, once there are no conflicts."""
        if matcher in state.adders:
            return "add"
        target = self._own[matcher]
        items = followed.met.get(matcher, ())
        matched = [item for item in items if self._matches(matcher.key, item)]
        stays = any(item.after == matcher.key for item in matched)
        if target and not stays and any(item.after == target for item in matched):
            return "follow"
        return "held" if any(item.origin.pinned for item in matched) else "stay"

    def _conflicting(self, matcher: Matcher, items: Collection[Item]) -> list[Item]:
        """Return the names that must stay, so that an entry matches the same as before."""
        key, same = matcher.key, self._canonical(matcher.key)
        moved = [item for item in items if item.moved]
        if key in self._patterns:
            return [item for item in moved if not _matches_pattern(key, item.after)]
        if _PATTERN.search(same):  # a placeholder: as an expression it would not match itself
            return moved
        spellings = {key, *(item.before for item in items if item.origin.target or item.adder)} - {same}
        stays = any(item.before == item.after == key for item in items)
        if key == same:
            return []
        target = self._own[matcher]
        astray = [item for item in moved if target and item.before == key and item.after != target]
        if astray:  # their registry is not that of the entry's file
            return astray
        if stays:
            others = any(item.before == item.after == key and not item.origin.target for item in items)
            if others or len(spellings) == 1:
                # The entry stays permanently, so other spellings do not matter to it.
                return [item for item in moved if item.before == key]
            return moved
        return moved if len(spellings) > 1 or self._is_fixed(matcher) else []

    def _is_left_over(self, matcher: Matcher, items: Collection[Item]) -> bool:
        """Whether an entry with its old name meets a name that has been rewritten already."""
        same = self._canonical(matcher.key)
        gone = matcher.key != same and any(item.before == same for item in items)
        return gone and not self._is_fixed(matcher)

    def _is_fixed(self, matcher: Matcher) -> bool:
        """Whether an entry's name cannot be edited: it is ignored or its file is excluded."""
        at = {each.key_at for each in self.matchers[matcher]}
        return any(name.at in at and name.target is None for name in self._names_in(matcher.path))

    def _needs_new_name(self, matcher: Matcher, state: State, followed: Followed) -> bool:
        """Whether an entry needs a newName: it has none, and the names it matches stay."""
        entries = self.matchers[matcher]
        if any(each.new_name or not each.room for each in entries) or not self._own[matcher]:
            return False
        if matcher in state.blocked or self._is_fixed(matcher):
            return False
        items = [item for item in followed.met.get(matcher, ()) if self._matches(matcher.key, item)]
        literal = [item for item in items if item.before == matcher.key]
        if any(item.moved or item.origin.pinned for item in literal) or (items and not literal):
            return False
        return not literal or any(item.origin not in state.placeholders for item in literal)


def _matches_pattern(pattern: str, name: str) -> bool:
    """Whether a *pattern* matches a name; an invalid expression matches nothing."""
    try:
        return re.fullmatch(pattern, name) is not None
    except re.error:
        return False

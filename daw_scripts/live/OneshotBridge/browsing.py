# Live 11 to 12.3 load samples through their browser only: this puts a sample where the browser shows it, and finds it.

import os
import shutil
import time
import unicodedata

import Live

from .places import NotHereError

LINKS = ("Samples", "Oneshot Bridge")

# In ticks, ten a second: how long a new file may take to appear in Live's browser, and how often it is looked for.
BROWSER_TICKS = 150
LOOK_TICKS = 5


def user_library_of(script_folder):
    """Returns Live's User Library, in which this script lies itself: <User Library>/Remote Scripts/OneshotBridge."""
    scripts = os.path.dirname(script_folder)
    if os.path.basename(scripts) == "Remote Scripts":
        return os.path.dirname(scripts)
    home = os.path.expanduser("~")
    for folder in (os.path.join(home, "Music"), os.path.join(home, "Documents")):
        user_library = os.path.join(folder, "Ableton", "User Library")
        if os.path.isdir(user_library):
            return user_library
    return None


def links_folder(user_library, pad):
    return os.path.join(user_library, *LINKS, pad)


def link_names(delivery, path):
    """Returns the way to a sample's link in the User Library. The browser is walked name by name, so that no folder
    may grow for ever: there is one for every day."""
    day = time.strftime("%Y-%m-%d", time.gmtime(int(delivery.mtime or 0)))
    return (*LINKS, delivery.pad, day, os.path.basename(path))


def put_link(path, link):
    """Makes a sample visible to Live's browser, which shows the User Library, but no symbolic links in it.

    A hard link takes no space, and keeps a saved Set playing when the library forgets the sample. From another volume
    it becomes a copy.
    """
    if os.path.exists(link):
        return
    folder, name = os.path.split(link)
    os.makedirs(folder, exist_ok=True)
    try:
        os.link(path, link)
    except OSError:
        hidden = os.path.join(folder, "." + name + ".tmp")
        shutil.copyfile(path, hidden)
        os.replace(hidden, link)


def await_item(browser, names):
    """Yields until Live's browser shows a file, and returns its item. Live reads its index anew when it is asked to."""
    for tick in range(BROWSER_TICKS):
        if tick % LOOK_TICKS == 0:
            item = find_item(browser, names)
            if item is not None:
                return item
            refresh(browser)
        yield
    raise NotHereError("Live's browser does not show the sample")


def find_item(browser, names):
    item = browser.user_library
    for name in names:
        item = child_named(item, name)
        if item is None:
            return None
    return item if item.is_loadable else None


def child_named(item, name):
    for child in item.children:
        shown = unicodedata.normalize("NFC", child.name)
        if shown in (name, os.path.splitext(name)[0]):
            return child
    return None


def refresh(browser):
    """Changes the kind of items that the browser filters, and back, upon which Live reads its index anew."""
    kinds = Live.Browser.FilterType
    kind = browser.filter_type
    browser.filter_type = kinds.samples if kind != kinds.samples else kinds.disabled
    browser.filter_type = kind

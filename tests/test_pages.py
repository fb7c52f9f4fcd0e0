"""What a page of docs shows is what its commands print."""

from test_examples import script

PAGE = """# Words

```
$ one
old
$ two
older
```

<!-- silent -->
```
$ three
```

<!-- from: the end -->
```
$ four
```

<!-- run: five -->
```
not a transcript
```
"""

PRINTED = {
    "one": "new  \n",
    "two": "reading: 10%|#\nnewer\n",
    "three": "never shown\n",
    "four": "start\nthe end is\nnear\n",
    "five": "hidden\n",
}


def test_output_is_renewed_and_the_rest_of_a_page_stays() -> None:
    asked: list[str] = []

    def run(command: str) -> str:
        asked.append(command)
        return PRINTED[command]

    renewed = script("rerun_page").rerun(PAGE, run)
    assert asked == list(PRINTED)
    assert renewed == PAGE.replace("old\n$ two\nolder", "new\n\n$ two\nnewer").replace(
        "$ four\n", "$ four\n...\nthe end is\nnear\n"
    )


def test_a_command_that_prints_nothing_leaves_no_empty_line() -> None:
    page = "```\n$ one\n```\n"
    assert script("rerun_page").rerun(page, lambda _: "") == page


def test_a_page_renewed_twice_stays() -> None:
    renew = script("rerun_page").rerun
    once = renew(PAGE, PRINTED.__getitem__)
    assert renew(once, PRINTED.__getitem__) == once

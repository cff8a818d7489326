"""What keeps a command from running."""

from scanner.wording.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "cli.unexpected": "Something went wrong that should not have ({kind}); "
    "nothing recorded is lost, and the detail is in {file}.",
    "cli.gate_needs_terminal": "The gate's screen needs a terminal; start it from one.",
    "cli.kiosk_needs_terminal": "The kiosk's screen needs a terminal; start it from one.",
    "cli.kiosk_needs_pin": "Nobody could leave a kiosk without a PIN; set one with --set-pin.",
    "cli.demo_needs_terminal": "The demo's screen needs a terminal; without one, use --headless.",
    "cli.training_needs_terminal": "The training's screen needs a terminal; "
    "without one, use --auto or --list.",
    "cli.live_view_needs_terminal": "The live view needs a terminal; "
    "run `scanner decode` for files.",
    "cli.no_camera_chosen": "No camera is chosen; name one with --camera.",
    "cli.delivering_elsewhere": "Another process delivers the queue now; see `scanner status`.",
    "cli.folder_unusable": "The folder {folder} can't be used ({why}); "
    "choose another with --folder.",
}

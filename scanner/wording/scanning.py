"""What cameras, picture files and hand scanners report."""

from scanner.wording.sentences import Plural, Sentence

SENTENCES: dict[str, Sentence] = {
    # names
    "scanning.camera": "Camera {number}",
    "scanning.browser": "This device's camera",
    "scanning.picture": "Picture {file}",
    "scanning.folder": "Folder {file}",
    "scanning.video": "Video {file}",
    "scanning.demo_camera": "Demo camera",
    "scanning.hand_scanner": "Hand scanner",
    "scanning.hand_scanner_at": "The hand scanner at {device}",
    # how a source is doing
    "scanning.starting": "The camera is starting.",
    "scanning.looking": "{name} is looking.",
    "scanning.ready": "{name} is ready.",
    "scanning.scanners_ready": Plural(
        "{count} hand scanner is ready.", "{count} hand scanners are ready."
    ),
    "scanning.off": "The camera is off.",
    "scanning.ended": "{name} has come to its end.",
    "scanning.no_frames": "No picture is coming.",
    "scanning.camera_failed": "The camera has failed; start scanner again and see its log.",
    "scanning.frame_failed": "A picture could not be read; if this stays, see the log.",
    "scanning.two_codes": "Two codes in view: show one at a time.",
    "scanning.other_kind": "A code of another kind ({kind}): this gate reads {codes}.",
    "scanning.no_tickets_form": "A code ({kind}) without a ticket's form.",
    "scanning.beside_ticket": "The other code in view is no ticket: {what}.",
    "scanning.cut_off": (
        "Half a code came, and was dropped: scan again, or set the hand scanner to send Enter."
    ),
    # hints for a patron
    "scanning.dark": "Too dark: turn on a light, or the phone's screen up.",
    "scanning.glare": "Glare: tilt the code away from the light.",
    "scanning.closer": "Hold closer.",
    "scanning.still": "Hold still.",
    # advice on setting a camera up
    "scanning.view_dark": "Too dark: turn a lamp on, or turn the camera to the light.",
    "scanning.view_bright": "Too bright: turn the camera away from the lamp or the window.",
    "scanning.view_glare": "Glare: tilt the camera, or move the lamp.",
    "scanning.view_empty": "Nothing to see: hold a ticket before the camera.",
    "scanning.view_far": "Too far: hold the ticket closer.",
    "scanning.view_blurred": "Not sharp: hold still, or move the ticket until it is in focus.",
    "scanning.view_good": "Good.",
    # cameras
    "scanning.no_decoder": "No library that reads QR codes is here; install zxing-cpp.",
    "scanning.camera_absent": ("{name} is not there; plug it in, or choose another with --camera."),
    "scanning.camera_not_permitted": (
        "{name} may not be used by you; join the group that owns {device}, often video, "
        "and log in again."
    ),
    "scanning.camera_no_picture": (
        "{name} gives no picture; close the program that uses it, or choose another with --camera."
    ),
    "scanning.camera_unplugged": "{name} was unplugged; trying again.",
    "scanning.camera_unknown": (
        "No camera is called {name}, and no file; plug it in, or choose from scanner devices."
    ),
    "scanning.camera_not_listed": (
        "No camera is called {name}; plug it in, or see scanner devices."
    ),
    "scanning.browser_off": "press Camera to scan with this device's own.",
    # picture files
    "scanning.file_absent": "{file} is not there; give a camera's number, a file or a folder.",
    "scanning.no_file": "{file} is no file; give a camera's number, a file or a folder.",
    "scanning.file_not_permitted": "{file} may not be read by you; choose another.",
    "scanning.folder_not_permitted": "{file} may not be read by you; choose another folder.",
    "scanning.folder_empty": "{file} holds no pictures; choose another folder.",
    "scanning.folder_unreadable": ("{name} holds no picture that can be read; choose another."),
    "scanning.file_empty": "{file} is empty; choose a picture, a PDF or a video.",
    "scanning.not_a_picture": "{file} is {what}; choose a picture, a PDF or a video.",
    "scanning.picture_unreadable": "{file} is {what}, but can't be read; choose another.",
    "scanning.cut_short": Plural(
        "Of {file} only {count} picture could be read.",
        "Of {file} only {count} pictures could be read.",
    ),
    "scanning.picture_too_large": "{file} is {what}, but too large; save it with fewer pixels.",
    "scanning.needs_extra": "{file} is {what}; install scanner[{extra}] to read it.",
    "scanning.pdf_locked": "{file} is a PDF with a password; save it without one.",
    "scanning.name_not_utf8": "{file} has a name that isn't UTF-8; rename it.",
    "scanning.decode_absent": "{file} is not there; give a picture, a video or a folder.",
    "scanning.decode_no_file": "{file} is no file; give a picture, a video or a folder.",
    "scanning.decode_not_permitted": (
        "{file} may not be read by you; choose another, or correct its rights."
    ),
    "scanning.decode_folder_empty": ("{file} holds no pictures or videos; choose another folder."),
    # what a file is
    "scanning.kind_empty": "empty",
    "scanning.kind_picture": "a {name} picture",
    "scanning.kind_avif": "an AVIF picture",
    "scanning.kind_svg": "an SVG drawing",
    "scanning.kind_pdf": "a PDF document",
    "scanning.kind_postscript": "a PostScript document",
    "scanning.kind_video": "a video",
    "scanning.kind_sound": "a sound file",
    "scanning.kind_word": "a Word document",
    "scanning.kind_excel": "an Excel workbook",
    "scanning.kind_powerpoint": "a PowerPoint presentation",
    "scanning.kind_office": "an Office document",
    "scanning.kind_open_document": "an OpenDocument file",
    "scanning.kind_ebook": "an e-book",
    "scanning.kind_wallet_pass": "a wallet pass",
    "scanning.kind_archive": "a {name} archive",
    "scanning.kind_web_page": "a web page",
    "scanning.kind_email": "an e-mail",
    "scanning.kind_text": "a text file",
    "scanning.kind_database": "an SQLite database",
    "scanning.kind_program": "a program",
    "scanning.kind_unknown": "a file of an unknown kind",
    # hand scanners
    "scanning.scanner_absent": "{name} is not there; plug it in.",
    "scanning.scanner_not_permitted": (
        "{name} may not be used by you; install assets/udev/70-scanner.rules, "
        "then unplug it and plug it in again."
    ),
    "scanning.scanner_busy": "{name} is held by another program; close that one.",
    "scanning.scanner_unreadable": "{name} can't be read; close the program that uses it.",
    "scanning.scanner_unplugged": "{name} was unplugged; plug it in again.",
    "scanning.scanner_no_library": ("{name} needs the library for serial ports; install pyserial."),
    # keyboard layouts
    "scanning.caps_lock": "Caps Lock is on; turn it off and scan the code again.",
    "scanning.arrive_as_one": (
        "{one} and {other} both arrive as {came}; scan the code again, "
        "or set the scanner to the laptop's keyboard layout."
    ),
    "scanning.does_not_arrive": (
        "{char} does not arrive; scan the code again, "
        "or set the scanner to the laptop's keyboard layout."
    ),
    "scanning.not_whole": (
        "This is not the whole set-up code; scan the code again, "
        "or set the scanner to the laptop's keyboard layout."
    ),
    "scanning.layout_not_kept": (
        "What was learned can't be kept in {file} ({why}); check the folder."
    ),
    "scanning.layout_damaged": "{file} is damaged; run scanner pair again.",
    "scanning.no_room": (
        "The code needs {columns} columns and {lines} lines; "
        "make the window larger, and run scanner pair again."
    ),
    # keyboards, as a part of a sentence
    "scanning.keyboard_us": "a US keyboard",
    "scanning.keyboard_uk": "a British keyboard",
    "scanning.keyboard_german": "a German keyboard",
    "scanning.keyboard_swiss": "a Swiss keyboard",
    "scanning.keyboard_french": "a French keyboard",
    "scanning.keyboard_belgian": "a Belgian keyboard",
    "scanning.keyboard_spanish": "a Spanish keyboard",
    "scanning.keyboard_latin_american": "a Latin American keyboard",
    "scanning.keyboard_italian": "an Italian keyboard",
    "scanning.keyboard_portuguese": "a Portuguese keyboard",
    "scanning.keyboard_brazilian": "a Brazilian keyboard",
    "scanning.keyboard_canadian": "a Canadian French keyboard",
    "scanning.keyboard_swedish": "a Swedish keyboard",
    "scanning.keyboard_danish": "a Danish keyboard",
    "scanning.keyboard_norwegian": "a Norwegian keyboard",
    "scanning.keyboard_czech": "a Czech keyboard",
    "scanning.keyboard_slovak": "a Slovak keyboard",
    "scanning.keyboard_hungarian": "a Hungarian keyboard",
    "scanning.keyboard_croatian": "a Croatian keyboard",
    "scanning.keyboard_turkish": "a Turkish keyboard",
    "scanning.keyboard_greek": "a Greek keyboard",
    "scanning.keyboard_russian": "a Russian keyboard",
    "scanning.keyboard_ukrainian": "a Ukrainian keyboard",
    "scanning.keyboard_hebrew": "a Hebrew keyboard",
    "scanning.keyboard_japanese": "a Japanese keyboard",
    "scanning.keyboard_dvorak": "a Dvorak keyboard",
    # scanner devices
    "scanning.devices_no_camera": "No camera is plugged in.",
    "scanning.devices_no_scanner": (
        "No hand scanner is known by its maker or its name; one that types works all the same."
    ),
    "scanning.devices_not_usable": "may not be used by you: install assets/udev/70-scanner.rules",
    "scanning.devices_chosen_mark": "chosen",
    "scanning.devices_chosen": (
        "Chosen: {name}; a gate without --camera looks through it from now on."
    ),
    # scanner decode
    "scanning.nothing_read": "no code was read",
    "scanning.read_by": "{text} (by {by})",
    # scanner pair
    "scanning.pair_forgotten": "Forgotten: scans are taken as they arrive.",
    "scanning.pair_serial": "Nothing to learn: through a serial port a scan arrives as it is.",
    "scanning.pair_nothing": "Learned: what the scanner types arrives as it is.",
    "scanning.pair_learned": "Learned, and corrected from now on:",
    "scanning.pair_before": "adds `{text}` before",
    "scanning.pair_after": "adds `{text}` after",
    "scanning.pair_enter": "Enter after",
    "scanning.pair_tab": "Tab after",
    "scanning.pair_no_end": "neither Enter nor Tab after (have it send Enter)",
    "scanning.pair_types": "types as {scanner}",
    "scanning.pair_types_here": "types as {scanner} where this computer expects {computer}",
    "scanning.pair_swap": "{came} is {meant}",
    # scanner pair --makers; the settings' names are those of Symbol's LS4278 Product Reference
    # Guide (User Preferences, Scan Data Transmission Format) and of Zebra's guides, of Honeywell's
    # Voyager XP 1470g User Guide, Datalogic's Gryphon I GD4100 Product Reference Guide (Global
    # Prefix/Suffix, page 108) and Newland's FM430 User Guide (USB HID Keyboard)
    "scanning.maker_usual": (
        "What suits this gate: Enter after each code, nothing before it, and the keys of a US "
        "keyboard over USB. The codes that set this are in the scanner's manual; "
        "scanner pair shows what came of it."
    ),
    "scanning.maker_zebra": (
        "Zebra, Symbol, Motorola: Product Reference Guide, Scan Data Transmission Format: "
        "scan Scan Options, DATA SUFFIX, Enter. USB Country Keyboard Types: North American."
    ),
    "scanning.maker_honeywell": (
        "Honeywell: User's Guide, Data Editing, Prefix/Suffix: Add CR Suffix, All Symbologies. "
        "Keyboard Country: United States."
    ),
    "scanning.maker_datalogic": (
        "Datalogic: Product Reference Guide, Global Prefix/Suffix: scan Enter/Exit, "
        "Set Global Suffix, 0, D, and Enter/Exit twice."
    ),
    "scanning.maker_newland": (
        "Newland: User Guide, Prefix & Suffix, Terminating Character Suffix: CR. "
        "USB HID Keyboard, Country Keyboard Types: U.S."
    ),
    "scanning.maker_others": (
        "Others: look for Suffix or Terminator (CR or Enter), Keyboard Language (US or American), "
        "USB HID Keyboard, and, where letters come before the code, Code ID or AIM ID (off)."
    ),
    "scanning.pair_scan": "Scan this code with the hand scanner; Esc leaves.",
}

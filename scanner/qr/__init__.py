"""QR code decoder: a picture in, texts with corners out.

The package stands alone. It needs NumPy, OpenCV and one of zxing-cpp, pyzbar or the `wechat_qrcode`
module of OpenCV's contrib build.

Each frame gets one fast pass of the best library. Where that reads nothing, the decoder spends the
rest of a time budget on regions of interest: it preprocesses them (thresholds, morphology,
deconvolution, perspective rectification) and lets a library read them again. Only a library decodes
a symbol, so that every text has passed the symbol's own error correction.

Public:
    decoder: `Decoder`, `FRAME_BUDGET_MS`, `to_grey`.
    decoded: `Decoded`, `Reading`, `Symbology`, `Corners`, `Point`: the results, without NumPy.
    frame: `Frame`, `Pixels`: the input.
    readers: `Library`, `available`, `readers`, and `NoReader`, the one exception; `symbol_reader`
        for other symbologies, which zxing-cpp reads without any of the passes above.
    texture: `Region`, `textured_regions`: where a symbol may be, for advice on focus and distance.
    scene_change: `SceneChange`; time_budget: `Deadline`.

All other modules are internal. Nothing is imported here, so that the results' types stay cheap.
"""

{
  "targets": [
    {
      "target_name": "cnet",
      "sources": [
        "src/addon.c",
        "src/address.c",
        "src/attempt.c",
        "src/block_list.c",
        "src/block_list_js.c",
        "src/block_list_net.c",
        "src/block_list_range.c",
        "src/close.c",
        "src/cursor.c",
        "src/env.c",
        "src/idle.c",
        "src/listen.c",
        "src/pipe.c",
        "src/read.c",
        "src/shutdown.c",
        "src/slab.c",
        "src/stream.c",
        "src/tcp.c",
        "src/write.c"
      ],
      "include_dirs+": ["<!(node -p \"require('node-api-headers').include_dir\")"],
      "defines": ["NAPI_VERSION=8"],
      "conditions": [
        ["OS=='win'", {
          "sources": ["src/platform_stub.c"]
        }, {
          "sources": ["src/platform_posix.c"],
          "defines": ["_GNU_SOURCE"],
          "cflags_c": ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-fvisibility=hidden"],
          "cflags!": ["-Wno-unused-parameter"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "OTHER_CFLAGS": ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-fvisibility=hidden"]
          }
        }]
      ]
    }
  ]
}

{
  "targets": [
    {
      "target_name": "cnet",
      "sources": [
        "src/accept_limit.c",
        "src/accept_limit_js.c",
        "src/addon.c",
        "src/address.c",
        "src/address_units.c",
        "src/attempt.c",
        "src/attempt_args.c",
        "src/attempt_path.c",
        "src/attempt_prepare.c",
        "src/block_list.c",
        "src/block_list_ask.c",
        "src/block_list_many.c",
        "src/block_list_js.c",
        "src/block_list_net.c",
        "src/block_list_range.c",
        "src/block_list_read.c",
        "src/block_list_text.c",
        "src/close.c",
        "src/connections.c",
        "src/credentials.c",
        "src/cursor.c",
        "src/descriptors.c",
        "src/env.c",
        "src/call.c",
        "src/error_queue.c",
        "src/held.c",
        "src/idle.c",
        "src/idle_heap.c",
        "src/listen.c",
        "src/opening.c",
        "src/option.c",
        "src/option_list.c",
        "src/pipe.c",
        "src/platform_zero_copy.c",
        "src/proxy_accept.c",
        "src/proxy_crc.c",
        "src/proxy_js.c",
        "src/proxy_line.c",
        "src/proxy_protocol.c",
        "src/race.c",
        "src/read.c",
        "src/refuse.c",
        "src/sendfile.c",
        "src/shutdown.c",
        "src/slab.c",
        "src/socket_file.c",
        "src/splice.c",
        "src/stats.c",
        "src/stream.c",
        "src/tcp.c",
        "src/tcp_info.c",
        "src/token.c",
        "src/token_table.c",
        "src/text.c",
        "src/turn.c",
        "src/write.c"
      ],
      "defines": ["NAPI_VERSION=8"],
      "conditions": [
        ["OS=='win'", {
          "sources": ["src/platform_stub.c"],
          "msvs_settings": {
            "VCCLCompilerTool": {"AdditionalOptions": ["/std:c11", "/guard:cf"]},
            "VCLinkerTool": {"AdditionalOptions": ["/guard:cf"]}
          }
        }, {
          "sources": [
            "src/platform_file_posix.c", "src/platform_message_posix.c", "src/platform_posix.c", "src/platform_option_posix.c",
            "src/platform_queue_posix.c"
          ],
          "defines": ["_GNU_SOURCE"],
          "cflags_c": ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-fvisibility=hidden", "-fstack-protector-strong"],
          "cflags!": ["-Wno-unused-parameter"],
          "configurations": {
            "Release": {"cflags_c": ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"]}
          }
        }],
        ["OS=='linux'", {
          "sources": ["src/platform_tcp_posix.c"],
          "cflags_c": ["-fstack-clash-protection"],
          "ldflags": ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]
        }, {
          "sources": ["src/platform_tcp_stub.c"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "MACOSX_DEPLOYMENT_TARGET": "10.15",
            "OTHER_CFLAGS": [
              "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-fvisibility=hidden", "-fstack-protector-strong"
            ]
          },
          "configurations": {
            "Release": {"defines": ["_FORTIFY_SOURCE=2"]}
          }
        }]
      ]
    }
  ]
}

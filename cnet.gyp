{
  # Node-API's headers: the folder of the package node-api-headers, as tools/build.js names it; '': those of Node, which an
  # installed package is compiled with. uv.h is Node's.
  "variables": {"node_api_headers%": ""},
  # One static library for each floor of src/, with the folders that it may include from, which are those below it. None
  # but the binding finds the headers of Node-API: uv.h is copied to a folder of its own.
  # assert() is for the other builds: those of npm run test:core, sanitize, test:faults and fuzz, and Debug.
  "target_defaults": {
    "configurations": {
      "Release": {"defines": ["NDEBUG"]}
    },
    "conditions": [
      ["OS=='win'", {
        "msvs_settings": {
          "VCCLCompilerTool": {"AdditionalOptions": ["/std:c11", "/guard:cf"]},
          "VCLinkerTool": {"AdditionalOptions": ["/guard:cf"]}
        }
      }, {
        "defines": ["_GNU_SOURCE"],
        "cflags_c": ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-fvisibility=hidden", "-fstack-protector-strong"],
        "cflags!": ["-Wno-unused-parameter"],
        "configurations": {
          "Release": {"cflags_c": ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"]}
        }
      }],
      ["OS=='linux'", {
        "cflags_c": ["-fstack-clash-protection"],
        "ldflags": ["-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"]
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
  },
  "targets": [
    {
      "target_name": "cnet_uv_headers",
      "type": "none",
      "copies": [
        {
          "destination": "build/uv",
          "files": ["<(node_root_dir)/include/node/uv.h", "<(node_root_dir)/include/node/uv/"]
        }
      ]
    },
    {
      "target_name": "cnet_base",
      "type": "static_library",
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": ["src/base"],
      "sources": [
        "src/base/heap.c",
        "src/base/table.c",
        "src/base/zeroed.c"
      ]
    },
    {
      "target_name": "cnet_address",
      "type": "static_library",
      "dependencies": ["cnet_uv_headers"],
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": ["build/uv", "src/base", "src/address"],
      "sources": [
        "src/address/address.c",
        "src/address/address_units.c",
        "src/address/block_list.c",
        "src/address/ip.c",
        "src/address/many_rules.c",
        "src/address/meter.c",
        "src/address/ranges.c",
        "src/address/rules_text.c",
        "src/address/subnets.c"
      ]
    },
    {
      "target_name": "cnet_proxy",
      "type": "static_library",
      "dependencies": ["cnet_uv_headers"],
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": ["build/uv", "src/base", "src/address", "src/proxy"],
      "sources": [
        "src/proxy/crc32c.c",
        "src/proxy/proxy_protocol.c",
        "src/proxy/version1.c"
      ]
    },
    {
      "target_name": "cnet_platform",
      "type": "static_library",
      "dependencies": ["cnet_uv_headers"],
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": ["build/uv", "src/base", "src/platform"],
      "conditions": [
        ["OS=='win'", {
          "sources": [
            "src/platform/windows/ancillary.c",
            "src/platform/windows/descriptor.c",
            "src/platform/windows/options.c",
            "src/platform/windows/queue.c",
            "src/platform/windows/thread.c",
            "src/platform/windows/unix_file.c",
            "src/platform/windows/unix_socket.c"
          ]
        }, {
          "sources": [
            "src/platform/posix/ancillary.c",
            "src/platform/posix/descriptor.c",
            "src/platform/posix/options.c",
            "src/platform/posix/queue.c",
            "src/platform/posix/thread.c",
            "src/platform/posix/unix_file.c",
            "src/platform/posix/unix_socket.c"
          ]
        }],
        ["OS=='linux'", {
          "sources": ["src/platform/linux/tcp.c", "src/platform/linux/zero_copy.c"]
        }, {
          "sources": ["src/platform/none/tcp.c", "src/platform/none/zero_copy.c"]
        }]
      ]
    },
    {
      "target_name": "cnet_core",
      "type": "static_library",
      "dependencies": ["cnet_uv_headers"],
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": ["build/uv", "src/base", "src/address", "src/proxy", "src/platform", "src/core"],
      "sources": [
        "src/core/accept_limit.c",
        "src/core/admission.c",
        "src/core/allowed_users.c",
        "src/core/away.c",
        "src/core/away_told.c",
        "src/core/bind.c",
        "src/core/close.c",
        "src/core/connect.c",
        "src/core/connect_attempt.c",
        "src/core/connect_path.c",
        "src/core/connect_prepare.c",
        "src/core/connect_race.c",
        "src/core/connect_serial.c",
        "src/core/early_data.c",
        "src/core/error_queue.c",
        "src/core/given.c",
        "src/core/handle.c",
        "src/core/idle.c",
        "src/core/listener.c",
        "src/core/listening.c",
        "src/core/loop.c",
        "src/core/option_list.c",
        "src/core/part.c",
        "src/core/passing.c",
        "src/core/proxy_handshake.c",
        "src/core/proxy_list.c",
        "src/core/proxy_listener.c",
        "src/core/read.c",
        "src/core/refusal.c",
        "src/core/relay.c",
        "src/core/send_file.c",
        "src/core/shutdown.c",
        "src/core/socket_file.c",
        "src/core/socket_options.c",
        "src/core/stream.c",
        "src/core/tcp_info.c",
        "src/core/ticket.c",
        "src/core/ticket_table.c",
        "src/core/turn.c",
        "src/core/write.c"
      ]
    },
    {
      "target_name": "cnet_threads",
      "type": "static_library",
      "dependencies": ["cnet_uv_headers"],
      "include_dirs!": ["<(node_root_dir)/include/node"],
      "include_dirs": [
        "build/uv", "src/base", "src/address", "src/proxy", "src/platform", "src/core", "src/threads"
      ],
      "conditions": [
        ["OS=='win'", {"msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["/experimental:c11atomics"]}}}]
      ],
      "sources": [
        "src/threads/at_exit.c",
        "src/threads/mailbox.c",
        "src/threads/seat.c",
        "src/threads/seat_blocks.c",
        "src/threads/seat_events.c",
        "src/threads/store.c",
        "src/threads/io_threads.c",
        "src/threads/worker.c",
        "src/threads/worker_read.c",
        "src/threads/worker_sleep.c",
        "src/threads/worker_write.c"
      ]
    },
    {
      "target_name": "cnet",
      "dependencies": [
        "cnet_uv_headers", "cnet_threads", "cnet_core", "cnet_proxy", "cnet_address", "cnet_platform", "cnet_base"
      ],
      "defines": ["NAPI_VERSION=8"],
      "include_dirs": [
        "src/base", "src/address", "src/proxy", "src/platform", "src/core", "src/threads", "src/binding"
      ],
      "conditions": [
        ["OS=='win'", {"libraries": ["-lws2_32.lib"]}],
        ["node_api_headers!=''", {
          "include_dirs!": ["<(node_root_dir)/include/node"],
          "include_dirs": ["<(node_api_headers)", "build/uv"]
        }]
      ],
      "sources": [
        "src/binding/accept_limit.c",
        "src/binding/addon.c",
        "src/binding/address.c",
        "src/binding/block_list.c",
        "src/binding/buffers.c",
        "src/binding/call.c",
        "src/binding/connect.c",
        "src/binding/constants.c",
        "src/binding/context.c",
        "src/binding/environment.c",
        "src/binding/events.c",
        "src/binding/held.c",
        "src/binding/idle.c",
        "src/binding/listener.c",
        "src/binding/options.c",
        "src/binding/passing.c",
        "src/binding/proxy.c",
        "src/binding/read.c",
        "src/binding/read_memory.c",
        "src/binding/relay.c",
        "src/binding/rules_read.c",
        "src/binding/rules_text.c",
        "src/binding/send_file.c",
        "src/binding/shutdown.c",
        "src/binding/stats.c",
        "src/binding/stream.c",
        "src/binding/tcp_info.c",
        "src/binding/tell_read.c",
        "src/binding/text.c",
        "src/binding/threads.c",
        "src/binding/ticket.c",
        "src/binding/write.c",
        "src/binding/young.c"
      ]
    }
  ]
}

/*
 * exports.h: the functions that JavaScript can call, one X(name, C function) a line, by file. addon.c makes the
 * table of exports from it. Each returns 0 or more, or a negative libuv code, unless its comment says otherwise;
 * the arguments stand above each definition. `id` is always the number of a stream.
 */
#ifndef CNET_BINDING_EXPORTS_H
#define CNET_BINDING_EXPORTS_H

#include <node_api.h>

#define CNET_EXPORTS(X) \
  /* addon.c */ \
  X(setup, cnet_js_setup) \
  /* call.c */ \
  X(handOn, cnet_js_hand_on) \
  /* address.c */ \
  X(isIP, cnet_js_is_ip) \
  X(addressText, cnet_js_address_text) \
  /* block_list.c */ \
  X(blockListNew, cnet_js_block_list_new) \
  X(blockListAdd, cnet_js_block_list_add) \
  X(blockListRemove, cnet_js_block_list_remove) \
  X(blockListAddRange, cnet_js_block_list_add_range) \
  X(blockListRemoveRange, cnet_js_block_list_remove_range) \
  X(blockListChecker, cnet_js_block_list_checker) \
  X(blockListClear, cnet_js_block_list_clear) \
  X(blockListSize, cnet_js_block_list_size) \
  /* rules_read.c */ \
  X(blockListAddAll, cnet_js_block_list_add_all) \
  /* rules_text.c */ \
  X(blockListRules, cnet_js_block_list_rules) \
  X(blockListAsk, cnet_js_block_list_ask) \
  /* stream.c */ \
  X(open, cnet_js_open) \
  X(adopt, cnet_js_adopt) \
  X(give, cnet_js_give) \
  X(guess, cnet_js_guess) \
  X(copy, cnet_js_copy) \
  X(dup, cnet_js_dup) \
  X(dupOnto, cnet_js_dup_onto) \
  X(closeFd, cnet_js_close_fd) \
  X(fd, cnet_js_fd) \
  X(ref, cnet_js_ref) \
  X(unref, cnet_js_unref) \
  X(hasRef, cnet_js_has_ref) \
  X(bytesRead, cnet_js_bytes_read) \
  X(writeQueueSize, cnet_js_write_queue_size) \
  X(setBlockList, cnet_js_set_block_list) \
  X(name, cnet_js_name) \
  X(run, cnet_js_run) \
  /* options.c */ \
  X(bind, cnet_js_bind) \
  X(noDelay, cnet_js_no_delay) \
  X(keepAlive, cnet_js_keep_alive) \
  X(setTypeOfService, cnet_js_set_tos) \
  X(getTypeOfService, cnet_js_get_tos) \
  X(setUserTimeout, cnet_js_set_user_timeout) \
  X(getUserTimeout, cnet_js_get_user_timeout) \
  X(fastOpenQueue, cnet_js_fast_open_queue) \
  X(usedFastOpen, cnet_js_used_fast_open) \
  X(isMultipath, cnet_js_is_multipath) \
  /* listener.c */ \
  X(bindPath, cnet_js_bind_path) \
  X(chmod, cnet_js_chmod) \
  X(bindFile, cnet_js_bind_file) \
  /* held.c */ \
  X(holdDescriptors, cnet_js_hold_descriptors) \
  X(dropDescriptors, cnet_js_drop_descriptors) \
  /* passing.c */ \
  X(receiveDescriptors, cnet_js_receive_descriptors) \
  X(takeDescriptors, cnet_js_take_descriptors) \
  X(sendDescriptors, cnet_js_send_descriptors) \
  /* listener.c */ \
  X(listen, cnet_js_listen) \
  X(setRoom, cnet_js_set_room) \
  X(hold, cnet_js_hold) \
  /* accept_limit.c */ \
  X(acceptLimitNew, cnet_js_accept_limit_new) \
  X(acceptLimitQuota, cnet_js_accept_limit_quota) \
  X(acceptLimitRate, cnet_js_accept_limit_rate) \
  X(acceptLimitEnter, cnet_js_accept_limit_enter) \
  X(acceptLimitSize, cnet_js_accept_limit_size) \
  X(setAcceptLimit, cnet_js_set_accept_limit) \
  /* stream.c */ \
  X(setServer, cnet_js_set_server) \
  X(connections, cnet_js_connections) \
  X(quiet, cnet_js_quiet) \
  X(resetOnClose, cnet_js_reset_on_close) \
  /* proxy.c */ \
  X(setProxy, cnet_js_set_proxy) \
  X(proxyAccept, cnet_js_proxy_accept) \
  X(proxyWaiting, cnet_js_proxy_waiting) \
  X(proxyTake, cnet_js_proxy_take) \
  X(proxyAddress, cnet_js_proxy_address) \
  X(crc32c, cnet_js_crc32c) \
  /* connect.c */ \
  X(connect, cnet_js_connect) \
  X(connectPath, cnet_js_connect_path) \
  X(connectTold, cnet_js_connect_told) \
  X(settled, cnet_js_settled) \
  X(abandon, cnet_js_abandon) \
  X(race, cnet_js_race) \
  X(setOpening, cnet_js_set_opening) \
  X(openingSent, cnet_js_opening_sent) \
  /* stats.c */ \
  X(stats, cnet_js_stats) \
  X(count, cnet_js_count) \
  /* read.c */ \
  X(readStart, cnet_js_read_start) \
  X(readStop, cnet_js_read_stop) \
  X(setReadBuffer, cnet_js_set_read_buffer) \
  X(sharedMemory, cnet_js_shared_memory) \
  X(readShared, cnet_js_read_shared) \
  /* write.c */ \
  X(write, cnet_js_write) \
  X(writeInline, cnet_js_write_inline) \
  X(writev, cnet_js_writev) \
  X(writeString, cnet_js_write_string) \
  X(writeBoth, cnet_js_write_both) \
  X(writeSmall, cnet_js_write_small) \
  X(writeWaits, cnet_js_write_waits) \
  /* send_file.c */ \
  X(sendFile, cnet_js_send_file) \
  X(bytesSent, cnet_js_bytes_sent) \
  /* relay.c */ \
  X(splice, cnet_js_splice) \
  X(spliceStart, cnet_js_splice_start) \
  /* shutdown.c */ \
  X(shutdown, cnet_js_shutdown) \
  /* stream.c */ \
  X(close, cnet_js_close) \
  X(reset, cnet_js_reset) \
  /* idle.c */ \
  X(idleStart, cnet_js_idle_start) \
  X(idleRest, cnet_js_idle_rest) \
  X(idleAgain, cnet_js_idle_again) \
  X(idleStop, cnet_js_idle_stop) \
  X(idleTouch, cnet_js_idle_touch) \
  X(idleAttach, cnet_js_idle_attach) \
  /* ticket.c */ \
  X(tokenNew, cnet_js_token_new) \
  X(tokenData, cnet_js_token_data) \
  X(tokenLook, cnet_js_token_look) \
  X(tokenTake, cnet_js_token_take) \
  X(tokenDrop, cnet_js_token_drop) \
  X(tokenWaits, cnet_js_token_waits) \
  /* options.c */ \
  X(findOption, cnet_js_find_option) \
  X(optionNames, cnet_js_option_names) \
  X(getOption, cnet_js_get_option) \
  X(setOption, cnet_js_set_option) \
  X(makeSocket, cnet_js_make_socket) \
  /* threads.c */ \
  X(toThread, cnet_js_to_thread) \
  X(writeAhead, cnet_js_write_ahead) \
  X(writeConfirm, cnet_js_write_confirm) \
  X(threadStats, cnet_js_thread_stats) \
  /* tcp_info.c */ \
  X(tcpInfo, cnet_js_tcp_info) \
  /* listener.c */ \
  X(credentials, cnet_js_credentials) \
  X(setAllowedUids, cnet_js_set_allowed_uids)

#define CNET_DECLARE(name, function) napi_value function(napi_env napi, napi_callback_info info);
CNET_EXPORTS(CNET_DECLARE)
#undef CNET_DECLARE

#endif

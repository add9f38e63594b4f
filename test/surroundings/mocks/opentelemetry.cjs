'use strict';
// The spans of OpenTelemetry's instrumentations of net and http, for connections of net, http, https and to a path.

const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { NetInstrumentation } = require('@opentelemetry/instrumentation-net');
const { InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

const exporter = new InMemorySpanExporter();
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
tracerProvider.register();
registerInstrumentations({ tracerProvider, instrumentations: [new NetInstrumentation(), new HttpInstrumentation()] });

const { once } = require('node:events');
const https = require('node:https');
const net = require('node:net');

const { get, main, port, real, say } = require('./kit.cjs');

main(async () => {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await once(socket.destroy(), 'close');
  say('http', await get(`${real}/a`));
  say('https', await get(real.replace('http', 'https'), {}, https));
  await new Promise((resolve) => net.connect('/no/such/path').on('error', () => {}).on('close', resolve));
  const names = exporter
    .getFinishedSpans()
    .map(({ name, attributes, status }) => [name, Object.keys(attributes).sort(), status.code].join(' '));
  for (const name of names.sort()) say(name);
});

/**
 * `wasi:sockets`: the shim's, or for a guest without the network an answer of `access-denied` to whatever it asks.
 *
 * Items in WIT spelling stand before the methods of the shim's classes.
 */
import { isIPv6 } from "node:net";
import { lazily } from "./lazily.ts";
import { Pollable } from "./poll.ts";
import {
  type OutgoingDatagram,
  type ShimDatagrams,
  type ShimInputStream,
  type ShimOutputStream,
  type ShimTcpSocket,
  type ShimUdpSocket,
  type SocketAddress,
  type Subscribable,
  shim,
} from "./shim.ts";
import { shimSink, shimSource } from "./shim-streams.ts";
import { causeOf, InputStream, type IoError, OutputStream } from "./streams.ts";

/** The interfaces of `wasi:sockets`, without the package's name. */
export function sockets(allowed: boolean): Record<string, object> {
  if (!allowed) return denied();
  let made: Record<string, object> | undefined;
  const interfaceOf = (name: string) => () => {
    made ??= granted();
    return made[name]!;
  };
  return Object.fromEntries(Object.keys(denied()).map((name) => [name, lazily(interfaceOf(name))]));
}

function granted(): Record<string, object> {
  const made = shim().sockets.createSockets({ enableNetwork: true });
  return {
    "instance-network": made.instanceNetwork,
    network: {
      ...made.network,
      networkErrorCode: (error: IoError) => made.network.networkErrorCode({ payload: causeOf(error) }),
    },
    "ip-name-lookup": {
      ...made.ipNameLookup,
      resolveAddresses: (network: unknown, name: string) => made.ipNameLookup.resolveAddresses(network, plain(name)),
      "[method]resolve-address-stream.subscribe": subscribe,
    },
    tcp: {
      ...made.tcp,
      "[method]tcp-socket.finish-connect": (socket: ShimTcpSocket) => connected(socket, ...socket.finishConnect()),
      "[method]tcp-socket.accept": (socket: ShimTcpSocket) => {
        const [accepted, input, output] = socket.accept();
        return [accepted, ...connected(accepted, input, output)];
      },
      "[method]tcp-socket.shutdown": shutdown,
      "[method]tcp-socket.subscribe": subscribe,
    },
    "tcp-create-socket": made.tcpCreateSocket,
    udp: {
      ...made.udp,
      "[method]udp-socket.subscribe": subscribe,
      "[method]udp-socket.stream": (socket: ShimUdpSocket, peer?: SocketAddress) => {
        if (peer !== undefined && !isDestination(peer)) throw "invalid-argument";
        return socket.stream(peer);
      },
      "[method]outgoing-datagram-stream.send": send,
      "[method]incoming-datagram-stream.subscribe": subscribe,
      "[method]outgoing-datagram-stream.subscribe": subscribe,
    },
    "udp-create-socket": made.udpCreateSocket,
  };
}

/** A name as the shim understands it: it would misread brackets, and the end of an IPv6 address if that is written as IPv4. */
function plain(name: string): string {
  if (name.includes("[")) throw "invalid-argument";
  const mixed = name.includes(".") && !name.includes("%") && isIPv6(name);
  return mixed ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

/** What sends on a connection, as long as the connection is there. */
const senders: WeakMap<ShimTcpSocket, ShimOutputStream> = new WeakMap();

function connected(
  socket: ShimTcpSocket,
  input: ShimInputStream,
  output: ShimOutputStream,
): [InputStream, OutputStream] {
  senders.set(socket, output);
  return [new InputStream(shimSource(input)), new OutputStream(shimSink(output))];
}

/** The shim ends both directions whichever is asked for; but one alone ends with its stream. */
function shutdown(socket: ShimTcpSocket, direction: "receive" | "send" | "both"): void {
  const sender = senders.get(socket);
  if (sender === undefined || direction === "both") socket.shutdown(direction);
  else if (direction === "send") sender[Symbol.dispose]();
}

/** Sends what comes before the first datagram for no possible destination, at which the shim would fail. */
function send(stream: ShimDatagrams, datagrams: readonly OutgoingDatagram[]): bigint {
  const wrong = datagrams.findIndex(
    ({ remoteAddress }) => remoteAddress !== undefined && !isDestination(remoteAddress),
  );
  if (wrong === 0) throw "invalid-argument";
  return stream.send(wrong < 0 ? datagrams : datagrams.slice(0, wrong));
}

/** Whether datagrams can be sent there: to a port, and not to the address that stands for any. */
function isDestination({ val: { port, address } }: SocketAddress): boolean {
  return port !== 0 && address.some((part) => part !== 0);
}

/** `subscribe` of a resource of the shim's, with a pollable of ours. */
export function subscribe(resource: Subscribable): Pollable {
  return new Pollable({ kind: "worker", pollable: resource.subscribe() });
}

/** What stands for the network where there is none. */
class Network {}
class TcpSocket {}
class UdpSocket {}
class IncomingDatagramStream {}
class OutgoingDatagramStream {}
class ResolveAddressStream {}

/** Nobody ever gets a socket, so of all the functions only those that make one are ever called. */
function denied(): Record<string, object> {
  return {
    "instance-network": { instanceNetwork: () => new Network() },
    network: { Network, networkErrorCode: () => undefined },
    "ip-name-lookup": {
      ResolveAddressStream,
      resolveAddresses: deny,
      ...methods("resolve-address-stream", "resolve-next-address subscribe"),
    },
    tcp: { TcpSocket, ...methods("tcp-socket", `${socketMethods} ${tcpMethods}`) },
    "tcp-create-socket": { createTcpSocket: deny },
    udp: {
      UdpSocket,
      IncomingDatagramStream,
      OutgoingDatagramStream,
      ...methods("udp-socket", `${socketMethods} ${udpMethods}`),
      ...methods("incoming-datagram-stream", "receive subscribe"),
      ...methods("outgoing-datagram-stream", "check-send send subscribe"),
    },
    "udp-create-socket": { createUdpSocket: deny },
  };
}

const socketMethods = `start-bind finish-bind local-address remote-address address-family subscribe
  receive-buffer-size set-receive-buffer-size send-buffer-size set-send-buffer-size`;
const tcpMethods = `start-connect finish-connect start-listen finish-listen accept shutdown is-listening
  set-listen-backlog-size keep-alive-enabled set-keep-alive-enabled keep-alive-idle-time set-keep-alive-idle-time
  keep-alive-interval set-keep-alive-interval keep-alive-count set-keep-alive-count hop-limit set-hop-limit`;
const udpMethods = "stream unicast-hop-limit set-unicast-hop-limit";

function methods(resource: string, names: string): Record<string, () => never> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [`[method]${resource}.${name}`, deny]));
}

function deny(): never {
  throw "access-denied";
}

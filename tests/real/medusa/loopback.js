// Loaded before the backend, which listens on every network interface and has no option for it: only on this machine.

const { Server } = require("node:net")

const listen = Server.prototype.listen
Server.prototype.listen = function (port, ...others) {
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, ...others)
}

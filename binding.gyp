# What node-gyp looks for. It is not in the package, whose installation would run node-gyp then; tools/build.js takes
# cnet.gyp by itself.
{
  "includes": ["cnet.gyp"]
}

// Writes an image to block devices and verifies it, as Etcher does: node write.js IMAGE DEVICE...
// Of a zip with a block map (.meta/image.bmap) only the blocks that are mapped.
'use strict';
const { multiWrite, sourceDestination } = require('etcher-sdk');

async function main([image, ...devices]) {
  const file = new sourceDestination.File({ path: image });
  const source = image.endsWith('.zip') ? new sourceDestination.ZipSource(file) : file;
  const destinations = devices.map((device) => new sourceDestination.BlockDevice({
    drive: { device, raw: device, devicePath: device, mountpoints: [], isSystem: false },
    write: true, direct: true, unmountOnSuccess: false,
  }));
  const done = await multiWrite.pipeSourceToDestinations({
    source, destinations, verify: true, numBuffers: 16,
    onProgress: () => {}, onFail: (_destination, error) => { throw error; },
  });
  if (done.failures.size) process.exit(1);
  process.exit(0);
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1); });

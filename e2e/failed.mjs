// A reporter that names the files in which a test failed, one to a line.
export default async function* (events) {
  const failed = new Set();
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file?.endsWith('.test.mjs')) failed.add(data.file); // its steps fail where they are declared
  }
  for (const file of failed) yield `${file}\n`;
}

export function GET() {
  const pieces = ['one', 'two', 'three'];
  const pull = (controller) => {
    if (pieces.length === 0) controller.close();
    else controller.enqueue(new TextEncoder().encode(pieces.shift()));
  };
  return new Response(new ReadableStream({ pull }));
}
